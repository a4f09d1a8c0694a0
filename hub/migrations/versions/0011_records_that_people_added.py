"""CRM records that people added are told from those that they chose in the place of others"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE crmmatch SET rule = 'added_by_member' WHERE rule = 'chosen_by_member' AND reason = 'Added by a member.'"
    )


def downgrade() -> None:
    op.execute("UPDATE crmmatch SET rule = 'chosen_by_member' WHERE rule = 'added_by_member'")
    op.execute("UPDATE crmmatch SET rule = 'removed' WHERE rule = 'addition_removed'")
