"""How far records are looked for, meetings that are matched again, and deliveries that were undone"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import Json, UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("destination", sa.Column("policy", Json, nullable=False, server_default="{}"))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TYPE deliverystate ADD VALUE IF NOT EXISTS 'UNDONE'")
    op.create_table(
        "crmwatch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("meeting_id"),
    )
    op.create_index(op.f("ix_crmwatch_next_at"), "crmwatch", ["next_at"], unique=False)
    op.create_index(op.f("ix_crmwatch_organisation_id"), "crmwatch", ["organisation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("crmwatch")
    # a value of an enumeration cannot be taken away again
    op.drop_column("destination", "policy")
