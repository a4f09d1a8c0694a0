"""What providers sent us."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, UniqueConstraint

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class InboundSource(StrEnum):
    """How we learnt of it."""

    WEBHOOK = "webhook"
    RECONCILIATION = "reconciliation"


class InboundEvent(TenantModel, table=True):
    """One verified, deduplicated provider event. `body` is sealed: it can hold download tokens."""

    __table_args__ = (UniqueConstraint("connection_id", "key"),)

    id: str = Field(default_factory=lambda: new_id("evt"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    connection_id: str = Field(foreign_key="connection.id", index=True)
    provider: str
    key: str
    kind: str
    meeting_external_id: str = ""
    """The provider's id of the meeting it is about; empty for events about the account."""
    source: InboundSource = InboundSource.WEBHOOK
    body: str
    occurred_at: datetime = moment()
    received_at: datetime = moment(index=True)
    parked_attempt: int | None = Field(default=None, index=True)
    """The attempt that found the connection waiting for a person; the next one follows the reconnection."""
    delays: dict[str, dict[str, str]] = json_field(default_factory=dict)
    """By the attempt at completing it, when that failed (`at`) and what followed (`why`): until one succeeds there is
    no meeting whose timeline could tell."""
