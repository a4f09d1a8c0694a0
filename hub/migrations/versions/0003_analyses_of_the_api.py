"""Analyses of the API: one row for each input on its way"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import Json, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATES = ("QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED")


def upgrade() -> None:
    op.create_table(
        "analysisjob",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.Enum(*_STATES, name="jobstate"), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("urls", sa.String(), nullable=True),
        sa.Column("storage", sa.String(), nullable=True),
        sa.Column("options", Json, nullable=False),
        sa.Column("watermark", sa.String(), nullable=True),
        sa.Column("analysis_id", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["key_id"], ["apikey.id"]),
        sa.ForeignKeyConstraint(["analysis_id"], ["analysis.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("analysis_id", "created_at", "organisation_id", "state"):
        op.create_index(op.f(f"ix_analysisjob_{column}"), "analysisjob", [column], unique=False)


def downgrade() -> None:
    op.drop_table("analysisjob")
    sa.Enum(name="jobstate").drop(op.get_bind(), checkfirst=True)
