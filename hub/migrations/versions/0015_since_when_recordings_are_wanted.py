"""A connection that was ended and made anew knows since when recordings are wanted"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("connection", sa.Column("wanted_since", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("connection", "wanted_since")
