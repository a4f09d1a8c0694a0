"""Destinations, webhook endpoints and everything that was sent."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Field, SQLModel, UniqueConstraint

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel

PAUSED: Final = "paused by"
"""How the reason begins where somebody wants that an endpoint gets nothing."""


class Destination(TenantModel, table=True):
    """A connection that takes results: a CRM with its field mapping, or a Slack channel with its rule.

    `target` names where inside the account (`{"channel": "C1"}`); `rule` when
    (`{"analysis_kinds": ["video"], "trust_score_below": 60, "alerts_only": false}`), empty means always;
    `policy` how far records are looked for in a CRM (`hub.crm.policies.Policy`), empty means the usual.
    """

    id: str = Field(default_factory=lambda: new_id("dst"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    connection_id: str = Field(foreign_key="connection.id", index=True)
    name: str
    enabled: bool = True
    target: dict[str, str] = json_field(default_factory=dict)
    rule: dict[str, object] = json_field(default_factory=dict)
    mapping: dict[str, str] = json_field(default_factory=dict)
    policy: dict[str, object] = json_field(default_factory=dict)
    created_at: datetime = moment()


class WebhookEndpoint(TenantModel, table=True):
    """A subscriber's address. `secrets` is sealed JSON, newest first: two are valid during a rotation."""

    id: str = Field(default_factory=lambda: new_id("whe"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    url: str
    description: str = ""
    event_types: list[str] = json_field(default_factory=list)
    """Empty means all."""
    secrets: str
    enabled: bool = True
    disabled_reason: str = ""
    created_at: datetime = moment()

    @property
    def is_switched_off(self) -> bool:
        """Whether the hub gave it up, which only a person can put right; one that was paused is as somebody wants."""
        return not self.enabled and not self.disabled_reason.startswith(PAUSED)


class Message(TenantModel, table=True):
    """One event to announce, with the exact body every endpoint gets. `id` is the `webhook-id`."""

    __table_args__ = (UniqueConstraint("organisation_id", "event_key"),)

    id: str = Field(default_factory=lambda: new_id("msg"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    event_type: str = Field(index=True)
    event_key: str
    meeting_id: str | None = Field(default=None, foreign_key="meeting.id", index=True)
    analysis_id: str | None = Field(default=None, foreign_key="analysis.id", index=True)
    body: str
    created_at: datetime = moment(index=True)


class DeliveryState(StrEnum):
    """`dead` deliveries used up their attempts, or were refused for good; `undone` ones were taken back by a person.
    All but pending ones can be replayed."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    DEAD = "dead"
    SKIPPED = "skipped"
    UNDONE = "undone"


class Delivery(TenantModel, table=True):
    """One result on its way to one destination or webhook endpoint.

    `key` makes it unique (`analysis id:revision:destination id`), `generation` counts replays, `receipt` is
    what the connector returned (record ids, message timestamp) and what `undo` and updates need.
    """

    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    id: str = Field(default_factory=lambda: new_id("dlv"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    key: str
    kind: str
    """`destination` or `webhook`."""
    destination_id: str | None = Field(default=None, foreign_key="destination.id", index=True)
    endpoint_id: str | None = Field(default=None, foreign_key="webhookendpoint.id", index=True)
    former_name: str = ""
    """The destination's name or the endpoint's address, once it is removed and neither id stands here."""
    message_id: str | None = Field(default=None, foreign_key="message.id", index=True)
    meeting_id: str | None = Field(default=None, foreign_key="meeting.id", index=True)
    analysis_id: str | None = Field(default=None, foreign_key="analysis.id", index=True)
    state: DeliveryState = Field(default=DeliveryState.PENDING, index=True)
    state_reason: str = ""
    generation: int = 0
    receipt: dict[str, object] = json_field(default_factory=dict)
    next_attempt_at: datetime | None = moment(default=None, nullable=True)
    created_at: datetime = moment(index=True)
    finished_at: datetime | None = moment(default=None, nullable=True)


class Attempt(TenantModel, table=True):
    """One try: what came back, and what was decided about it."""

    __table_args__ = (UniqueConstraint("delivery_id", "generation", "number"),)

    id: str = Field(default_factory=lambda: new_id("att"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    delivery_id: str = Field(foreign_key="delivery.id", index=True)
    generation: int = 0
    number: int = 0
    outcome: str
    """`succeeded`, or the connector error's class name."""
    status: int | None = None
    message: str = ""
    decision: str = ""
    """What the hub did next, in words: `retry in 30 s`, `dead letter`, `waits for reconnect`."""
    duration_ms: int = 0
    at: datetime = moment()


class SigningKey(SQLModel, table=True):
    """The hub's own Ed25519 key for outgoing webhooks; `private_key` is sealed, `public_key` is published."""

    id: str = Field(default_factory=lambda: new_id("sgk"), primary_key=True)
    slot: str = Field(default="current", unique=True)
    public_key: str
    """Raw 32 bytes, base64."""
    private_key: str
    created_at: datetime = moment()
