"""The first schema"""

import sqlalchemy as sa
from alembic import op

from hub.kit.database import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "executor",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("last_seen", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "firstrunlink",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("domains", Json, nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "signinattempt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_signinattempt_at"), "signinattempt", ["at"], unique=False)
    op.create_index(op.f("ix_signinattempt_key"), "signinattempt", ["key"], unique=False)
    op.create_table(
        "signingkey",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("slot", sa.String(), nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("private_key", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slot"),
    )
    op.create_table(
        "user",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_user_email"), "user", ["email"], unique=True)
    op.create_table(
        "apikey",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("hint", sa.String(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key_hash"),
    )
    op.create_index(op.f("ix_apikey_organisation_id"), "apikey", ["organisation_id"], unique=False)
    op.create_table(
        "auditentry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_auditentry_created_at"), "auditentry", ["created_at"], unique=False)
    op.create_index(op.f("ix_auditentry_organisation_id"), "auditentry", ["organisation_id"], unique=False)
    op.create_table(
        "authorization",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("state_hash", sa.String(), nullable=False),
        sa.Column("session_id", sa.String(), nullable=False),
        sa.Column("code_verifier", sa.String(), nullable=False),
        sa.Column("config", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("state_hash"),
    )
    op.create_index(op.f("ix_authorization_organisation_id"), "authorization", ["organisation_id"], unique=False)
    op.create_table(
        "connection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("account_name", sa.String(), nullable=False),
        sa.Column("state", sa.Enum("ACTIVE", "RECONNECT", "REVOKED", name="connectionstate"), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=False),
        sa.Column("tokens", sa.String(), nullable=False),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("refresh_started_at", UtcDateTime(), nullable=True),
        sa.Column("account", Json, nullable=False),
        sa.Column("config", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("checked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "provider", "account_id"),
    )
    op.create_index(op.f("ix_connection_account_id"), "connection", ["account_id"], unique=False)
    op.create_index(op.f("ix_connection_organisation_id"), "connection", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_connection_provider"), "connection", ["provider"], unique=False)
    op.create_table(
        "consolesession",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("csrf_token", sa.String(), nullable=False),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    op.create_index(op.f("ix_consolesession_organisation_id"), "consolesession", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_consolesession_user_id"), "consolesession", ["user_id"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.Enum("OWNER", "ADMIN", "MEMBER", name="role"), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "user_id"),
    )
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_membership_user_id"), "membership", ["user_id"], unique=False)
    op.create_table(
        "webhookendpoint",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("event_types", Json, nullable=False),
        sa.Column("secrets", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_webhookendpoint_organisation_id"), "webhookendpoint", ["organisation_id"], unique=False)
    op.create_table(
        "destination",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("target", Json, nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_destination_connection_id"), "destination", ["connection_id"], unique=False)
    op.create_index(op.f("ix_destination_organisation_id"), "destination", ["organisation_id"], unique=False)
    op.create_table(
        "inboundevent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("meeting_external_id", sa.String(), nullable=False),
        sa.Column("source", sa.Enum("WEBHOOK", "RECONCILIATION", name="inboundsource"), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("parked_attempt", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection_id", "key"),
    )
    op.create_index(op.f("ix_inboundevent_connection_id"), "inboundevent", ["connection_id"], unique=False)
    op.create_index(op.f("ix_inboundevent_organisation_id"), "inboundevent", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_inboundevent_parked_attempt"), "inboundevent", ["parked_attempt"], unique=False)
    op.create_index(op.f("ix_inboundevent_received_at"), "inboundevent", ["received_at"], unique=False)
    op.create_table(
        "meeting",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("host_email", sa.String(), nullable=False),
        sa.Column("ical_uid", sa.String(), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("duration_s", sa.Float(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("WAITING", "FETCHING", "ANALYSING", "COMPLETED", "FAILED", name="meetingstate"),
            nullable=False,
        ),
        sa.Column("state_reason", sa.String(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection_id", "external_id"),
    )
    op.create_index(op.f("ix_meeting_connection_id"), "meeting", ["connection_id"], unique=False)
    op.create_index(op.f("ix_meeting_created_at"), "meeting", ["created_at"], unique=False)
    op.create_index(op.f("ix_meeting_organisation_id"), "meeting", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_meeting_started_at"), "meeting", ["started_at"], unique=False)
    op.create_table(
        "analysis",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.Enum("ANALYSED", "COMPLETED", "FAILED", name="analysisstate"), nullable=False),
        sa.Column("inputs", sa.String(), nullable=False),
        sa.Column("trust_score", sa.Float(), nullable=True),
        sa.Column("abstained_reason", sa.String(), nullable=True),
        sa.Column("alert_count", sa.Integer(), nullable=False),
        sa.Column("duration_s", sa.Float(), nullable=False),
        sa.Column("result", Json, nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("completed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("meeting_id", "revision"),
    )
    op.create_index(op.f("ix_analysis_created_at"), "analysis", ["created_at"], unique=False)
    op.create_index(op.f("ix_analysis_meeting_id"), "analysis", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_analysis_organisation_id"), "analysis", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_analysis_trust_score"), "analysis", ["trust_score"], unique=False)
    op.create_table(
        "crmmatch",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("connection_id", sa.String(), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("record_name", sa.String(), nullable=False),
        sa.Column("record_url", sa.String(), nullable=False),
        sa.Column("participant_email", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("alternatives", Json, nullable=False),
        sa.Column("chosen_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["connection_id"],
            ["connection.id"],
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("meeting_id", "connection_id", "record_type", "record_id"),
    )
    op.create_index(op.f("ix_crmmatch_connection_id"), "crmmatch", ["connection_id"], unique=False)
    op.create_index(op.f("ix_crmmatch_meeting_id"), "crmmatch", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_crmmatch_organisation_id"), "crmmatch", ["organisation_id"], unique=False)
    op.create_table(
        "participant",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("host", sa.Boolean(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=True),
        sa.Column("attended_s", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("meeting_id", "name", "email"),
    )
    op.create_index(op.f("ix_participant_meeting_id"), "participant", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_participant_organisation_id"), "participant", ["organisation_id"], unique=False)
    op.create_table(
        "recording",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("meeting_id", "external_id"),
    )
    op.create_index(op.f("ix_recording_meeting_id"), "recording", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_recording_organisation_id"), "recording", ["organisation_id"], unique=False)
    op.create_table(
        "timelineentry",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("meeting_id", "key"),
    )
    op.create_index(op.f("ix_timelineentry_at"), "timelineentry", ["at"], unique=False)
    op.create_index(op.f("ix_timelineentry_meeting_id"), "timelineentry", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_timelineentry_organisation_id"), "timelineentry", ["organisation_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("event_key", sa.String(), nullable=False),
        sa.Column("meeting_id", sa.String(), nullable=True),
        sa.Column("analysis_id", sa.String(), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["analysis.id"],
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "event_key"),
    )
    op.create_index(op.f("ix_message_analysis_id"), "message", ["analysis_id"], unique=False)
    op.create_index(op.f("ix_message_created_at"), "message", ["created_at"], unique=False)
    op.create_index(op.f("ix_message_event_type"), "message", ["event_type"], unique=False)
    op.create_index(op.f("ix_message_meeting_id"), "message", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_message_organisation_id"), "message", ["organisation_id"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("destination_id", sa.String(), nullable=True),
        sa.Column("endpoint_id", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("meeting_id", sa.String(), nullable=True),
        sa.Column("analysis_id", sa.String(), nullable=True),
        sa.Column("state", sa.Enum("PENDING", "SUCCEEDED", "DEAD", "SKIPPED", name="deliverystate"), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("receipt", Json, nullable=False),
        sa.Column("next_attempt_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["analysis.id"],
        ),
        sa.ForeignKeyConstraint(
            ["destination_id"],
            ["destination.id"],
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"],
            ["webhookendpoint.id"],
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"],
            ["meeting.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "key"),
    )
    op.create_index(op.f("ix_delivery_analysis_id"), "delivery", ["analysis_id"], unique=False)
    op.create_index(op.f("ix_delivery_created_at"), "delivery", ["created_at"], unique=False)
    op.create_index(op.f("ix_delivery_destination_id"), "delivery", ["destination_id"], unique=False)
    op.create_index(op.f("ix_delivery_endpoint_id"), "delivery", ["endpoint_id"], unique=False)
    op.create_index(op.f("ix_delivery_meeting_id"), "delivery", ["meeting_id"], unique=False)
    op.create_index(op.f("ix_delivery_message_id"), "delivery", ["message_id"], unique=False)
    op.create_index(op.f("ix_delivery_organisation_id"), "delivery", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_delivery_state"), "delivery", ["state"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("delivery_id", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"],
            ["delivery.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("delivery_id", "generation", "number"),
    )
    op.create_index(op.f("ix_attempt_delivery_id"), "attempt", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_attempt_organisation_id"), "attempt", ["organisation_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_attempt_organisation_id"), table_name="attempt")
    op.drop_index(op.f("ix_attempt_delivery_id"), table_name="attempt")
    op.drop_table("attempt")
    op.drop_index(op.f("ix_delivery_state"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_organisation_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_message_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_meeting_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_endpoint_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_destination_id"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_created_at"), table_name="delivery")
    op.drop_index(op.f("ix_delivery_analysis_id"), table_name="delivery")
    op.drop_table("delivery")
    op.drop_index(op.f("ix_message_organisation_id"), table_name="message")
    op.drop_index(op.f("ix_message_meeting_id"), table_name="message")
    op.drop_index(op.f("ix_message_event_type"), table_name="message")
    op.drop_index(op.f("ix_message_created_at"), table_name="message")
    op.drop_index(op.f("ix_message_analysis_id"), table_name="message")
    op.drop_table("message")
    op.drop_index(op.f("ix_timelineentry_organisation_id"), table_name="timelineentry")
    op.drop_index(op.f("ix_timelineentry_meeting_id"), table_name="timelineentry")
    op.drop_index(op.f("ix_timelineentry_at"), table_name="timelineentry")
    op.drop_table("timelineentry")
    op.drop_index(op.f("ix_recording_organisation_id"), table_name="recording")
    op.drop_index(op.f("ix_recording_meeting_id"), table_name="recording")
    op.drop_table("recording")
    op.drop_index(op.f("ix_participant_organisation_id"), table_name="participant")
    op.drop_index(op.f("ix_participant_meeting_id"), table_name="participant")
    op.drop_table("participant")
    op.drop_index(op.f("ix_crmmatch_organisation_id"), table_name="crmmatch")
    op.drop_index(op.f("ix_crmmatch_meeting_id"), table_name="crmmatch")
    op.drop_index(op.f("ix_crmmatch_connection_id"), table_name="crmmatch")
    op.drop_table("crmmatch")
    op.drop_index(op.f("ix_analysis_trust_score"), table_name="analysis")
    op.drop_index(op.f("ix_analysis_organisation_id"), table_name="analysis")
    op.drop_index(op.f("ix_analysis_meeting_id"), table_name="analysis")
    op.drop_index(op.f("ix_analysis_created_at"), table_name="analysis")
    op.drop_table("analysis")
    op.drop_index(op.f("ix_meeting_started_at"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_organisation_id"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_created_at"), table_name="meeting")
    op.drop_index(op.f("ix_meeting_connection_id"), table_name="meeting")
    op.drop_table("meeting")
    op.drop_index(op.f("ix_inboundevent_received_at"), table_name="inboundevent")
    op.drop_index(op.f("ix_inboundevent_parked_attempt"), table_name="inboundevent")
    op.drop_index(op.f("ix_inboundevent_organisation_id"), table_name="inboundevent")
    op.drop_index(op.f("ix_inboundevent_connection_id"), table_name="inboundevent")
    op.drop_table("inboundevent")
    op.drop_index(op.f("ix_destination_organisation_id"), table_name="destination")
    op.drop_index(op.f("ix_destination_connection_id"), table_name="destination")
    op.drop_table("destination")
    op.drop_index(op.f("ix_webhookendpoint_organisation_id"), table_name="webhookendpoint")
    op.drop_table("webhookendpoint")
    op.drop_index(op.f("ix_membership_user_id"), table_name="membership")
    op.drop_index(op.f("ix_membership_organisation_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_consolesession_user_id"), table_name="consolesession")
    op.drop_index(op.f("ix_consolesession_organisation_id"), table_name="consolesession")
    op.drop_table("consolesession")
    op.drop_index(op.f("ix_connection_provider"), table_name="connection")
    op.drop_index(op.f("ix_connection_organisation_id"), table_name="connection")
    op.drop_index(op.f("ix_connection_account_id"), table_name="connection")
    op.drop_table("connection")
    op.drop_index(op.f("ix_authorization_organisation_id"), table_name="authorization")
    op.drop_table("authorization")
    op.drop_index(op.f("ix_auditentry_organisation_id"), table_name="auditentry")
    op.drop_index(op.f("ix_auditentry_created_at"), table_name="auditentry")
    op.drop_table("auditentry")
    op.drop_index(op.f("ix_apikey_organisation_id"), table_name="apikey")
    op.drop_table("apikey")
    op.drop_index(op.f("ix_user_email"), table_name="user")
    op.drop_table("user")
    op.drop_table("signingkey")
    op.drop_index(op.f("ix_signinattempt_key"), table_name="signinattempt")
    op.drop_index(op.f("ix_signinattempt_at"), table_name="signinattempt")
    op.drop_table("signinattempt")
    op.drop_table("organisation")
    op.drop_table("firstrunlink")
    op.drop_table("executor")
