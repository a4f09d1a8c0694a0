"""A delivery keeps the name of a destination or endpoint that was removed"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("former_name", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("delivery", "former_name")
