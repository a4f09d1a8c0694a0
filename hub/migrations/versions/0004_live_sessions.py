"""Live sessions and what their frames showed"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import Json, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "livesession",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("use_case", sa.String(), nullable=True),
        sa.Column("baseline_window_s", sa.Float(), nullable=False),
        sa.Column("alert_thresholds", Json, nullable=False),
        sa.Column("watermark", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("frame_count", sa.Integer(), nullable=False),
        sa.Column("first_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_ms", sa.BigInteger(), nullable=True),
        sa.Column("baseline_frames", sa.Integer(), nullable=False),
        sa.Column("baseline_valence", sa.Float(), nullable=False),
        sa.Column("baseline_arousal", sa.Float(), nullable=False),
        sa.Column("baseline_dominance", sa.Float(), nullable=False),
        sa.Column("alerting", Json, nullable=False),
        sa.Column("alerts", Json, nullable=False),
        sa.Column("report", Json, nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("active_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["key_id"], ["apikey.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("active_at", "created_at", "key_id", "organisation_id", "state"):
        op.create_index(op.f(f"ix_livesession_{column}"), "livesession", [column], unique=False)
    op.create_table(
        "framereading",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("timestamp_ms", sa.BigInteger(), nullable=False),
        sa.Column("valence", sa.Float(), nullable=False),
        sa.Column("arousal", sa.Float(), nullable=False),
        sa.Column("dominance", sa.Float(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("active_aus", Json, nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["session_id"], ["livesession.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_framereading_session_id"), "framereading", ["session_id"], unique=False)


def downgrade() -> None:
    op.drop_table("framereading")
    op.drop_table("livesession")
