"""Callers of the API: limits of a key, rate windows, usage, answers to repeated requests"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("apikey", sa.Column("limits", Json, nullable=False, server_default="{}"))
    with op.batch_alter_table("apikey") as table:
        table.alter_column("limits", server_default=None)
    op.create_table(
        "ratewindow",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("period", sa.BigInteger(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "usage",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["key_id"], ["apikey.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_id", "day", "kind"),
    )
    op.create_index(op.f("ix_usage_day"), "usage", ["day"], unique=False)
    op.create_index(op.f("ix_usage_organisation_id"), "usage", ["organisation_id"], unique=False)
    op.create_table(
        "idempotentrequest",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_idempotentrequest_created_at"), "idempotentrequest", ["created_at"], unique=False)
    op.create_index(
        op.f("ix_idempotentrequest_organisation_id"), "idempotentrequest", ["organisation_id"], unique=False
    )


def downgrade() -> None:
    op.drop_table("idempotentrequest")
    op.drop_table("usage")
    op.drop_table("ratewindow")
    op.drop_column("apikey", "limits")
