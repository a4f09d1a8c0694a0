"""Connections whose provider refuses the hub's app"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TYPE connectionstate ADD VALUE IF NOT EXISTS 'REFUSED'")


def downgrade() -> None:
    # a value of an enumeration cannot be taken away again; a person can repair what has it
    op.execute("UPDATE connection SET state = 'RECONNECT' WHERE state = 'REFUSED'")
