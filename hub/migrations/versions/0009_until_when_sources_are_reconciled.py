"""Until when each source's recordings were taken in completely, and how far its lists were read"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connection", sa.Column("reconciled_at", UtcDateTime(), nullable=True))
    # runs left no trace so far; an account that works was last used about when its recordings were last listed
    op.execute("UPDATE connection SET reconciled_at = coalesce(checked_at, created_at)")
    op.create_table(
        "bookmark",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection_id", "name"),
    )
    op.create_index(op.f("ix_bookmark_connection_id"), "bookmark", ["connection_id"], unique=False)
    op.create_index(op.f("ix_bookmark_organisation_id"), "bookmark", ["organisation_id"], unique=False)


def downgrade() -> None:
    op.drop_table("bookmark")
    op.drop_column("connection", "reconciled_at")
