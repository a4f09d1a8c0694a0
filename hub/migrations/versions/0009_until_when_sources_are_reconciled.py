"""Until when each source's recordings were taken in completely"""

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


def downgrade() -> None:
    op.drop_column("connection", "reconciled_at")
