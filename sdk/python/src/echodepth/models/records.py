"""Meetings, deliveries, messages and webhook endpoints."""

from datetime import datetime
from typing import Any

from echodepth.models.base import Model


class Meeting(Model):
    """A recorded meeting and where it stands."""

    id: str
    provider: str
    title: str = ""
    host_email: str = ""
    state: str
    state_reason: str = ""
    progress: float = 0.0
    revision: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: float | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Participant(Model):
    """Somebody who took part. People of your own organisation (`internal`) are never scored."""

    name: str
    email: str = ""
    internal: bool = False
    host: bool = False
    speaker: str | None = None


class Match(Model):
    """A CRM record of the meeting, and why that one."""

    provider: str
    record_type: str
    record_id: str
    record_name: str = ""
    record_url: str = ""
    rule: str = ""
    reason: str = ""


class Attempt(Model):
    """One try: what came back, and what the hub did next."""

    number: int
    generation: int = 0
    outcome: str
    status: int | None = None
    message: str = ""
    decision: str = ""
    at: datetime | None = None


class Delivery(Model):
    """One result or message on its way to one destination or webhook endpoint."""

    id: str
    kind: str
    state: str
    state_reason: str = ""
    destination_id: str | None = None
    endpoint_id: str | None = None
    message_id: str | None = None
    meeting_id: str | None = None
    analysis_id: str | None = None
    generation: int = 0
    receipt: dict[str, Any] = {}
    created_at: datetime | None = None
    finished_at: datetime | None = None
    next_attempt_at: datetime | None = None
    attempts: list[Attempt] | None = None
    """Oldest first; only where one delivery is asked for."""


class MeetingDetails(Meeting):
    """A meeting with everything that belongs to it. `analysis` is the whole result that counts now."""

    participants: list[Participant] = []
    analysis_id: str | None = None
    analysis: dict[str, Any] | None = None
    matches: list[Match] = []
    deliveries: list[Delivery] = []


class Recovered(Model):
    """How many deliveries were sent again."""

    resent: int | None = None


class Restored(Model):
    """A record whose fields hold their former values again."""

    record: str
    name: str = ""
    fields: list[str] = []


class Left(Model):
    """What undoing left as it is, and why; `field` is empty where it is the whole record."""

    record: str
    name: str = ""
    field: str = ""
    reason: str = ""


class Undone(Model):
    """What undoing a delivery did. The delivery can be sent again afterwards."""

    delivery: Delivery
    summary: str = ""
    restored: list[Restored] = []
    left: list[Left] = []
    removed: list[str] = []


class Message(Model):
    """An event that was announced; `body` only where one message is asked for."""

    id: str
    event_type: str
    meeting_id: str | None = None
    analysis_id: str | None = None
    created_at: datetime | None = None
    body: dict[str, Any] | None = None


class WebhookEndpoint(Model):
    """A subscriber. No event types means all. `secret` is shown once, when the endpoint is made."""

    id: str
    url: str
    description: str = ""
    event_types: list[str] = []
    enabled: bool = True
    disabled_reason: str = ""
    created_at: datetime | None = None
    secret: str | None = None


class Secret(Model):
    """A fresh secret, shown this once."""

    secret: str


class EventType(Model):
    """Something that can be announced."""

    name: str
    description: str = ""


class PublicKey(Model):
    """One key of the hub, as `webhooks.verify` takes it (`whpk`)."""

    kid: str
    whpk: str


class PublicKeys(Model):
    """The hub's Ed25519 keys."""

    keys: list[PublicKey]
