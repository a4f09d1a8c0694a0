"""Why asking what an event is about took more than one try"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import Json

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inboundevent", sa.Column("delays", Json, nullable=False, server_default="{}"))


def downgrade() -> None:
    op.drop_column("inboundevent", "delays")
