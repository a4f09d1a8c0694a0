"""A deleted meeting is remembered by its provider's id, so that a late transcript does not bring it back"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deletedmeeting",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("organisation_id", sa.String(), sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("connection_id", sa.String(), sa.ForeignKey("connection.id"), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("deleted_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("connection_id", "external_id"),
    )
    op.create_index("ix_deletedmeeting_organisation_id", "deletedmeeting", ["organisation_id"])


def downgrade() -> None:
    op.drop_table("deletedmeeting")
