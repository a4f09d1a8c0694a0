"""What was heard in live sessions of sound"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import Json

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("livesession", sa.Column("heard", Json, nullable=True))


def downgrade() -> None:
    op.drop_column("livesession", "heard")
