"""Announces events to webhook subscribers: the message, its deliveries and their work in the caller's transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlmodel import Session

from hub.deliveries.models import Delivery, Message, WebhookEndpoint
from hub.deliveries.queueing import enqueue_attempt
from hub.deliveries.repository import Endpoints, Messages
from hub.kit.insert import insert_once

EVENT_TYPES: Final[Mapping[str, str]] = {
    "analysis.completed": "A recording was analysed; the body is the whole result.",
    "analysis.failed": "A recording could not be analysed; the body says why.",
    "session.created": "A live session was opened.",
    "session.alert": "A live session crossed an alert threshold.",
    "session.ended": "A live session was closed.",
    "session.report_ready": "A live session's report can be fetched.",
    "meeting.matched": "A meeting was matched to CRM records.",
    "connection.reconnect_required": "A provider account must be authorised again.",
    "connection.app_refused": "A provider refuses the hub's own app; whoever runs the hub has to repair that.",
    "endpoint.disabled": "A webhook endpoint was switched off.",
    "delivery.failed": "A result could not be delivered to a destination; failed webhooks are listed as deliveries.",
    "delivery.deadline_near": "A result is about to reach its destination later than it has to.",
    "delivery.deadline_missed": "A result did not reach its destination in time.",
}
TEST_EVENT: Final = "endpoint.test"


@dataclass(frozen=True)
class Event:
    """A fact to announce. `key` is the same for every repetition of it within the organisation."""

    type: str
    key: str
    occurred_at: datetime
    data: Mapping[str, object] = field(default_factory=dict)
    meeting_id: str | None = None
    analysis_id: str | None = None


def announce(session: Session, organisation_id: str, event: Event) -> Message:
    """Store the message and start its deliveries; announcing the same event again does nothing."""
    message = store_message(session, organisation_id, event)
    for endpoint in Endpoints(session, organisation_id).subscribed(event.type):
        deliver_to(session, message, endpoint)
    return message


def store_message(session: Session, organisation_id: str, event: Event) -> Message:
    """Store the message alone, and send it to nobody yet; gives the stored one when there is one."""
    insert_once(session, _message(organisation_id, event), on=("organisation_id", "event_key"))
    found = Messages(session, organisation_id).by_key(f"{event.type}:{event.key}")
    if found is None:
        raise LookupError(f"the message of {event.type}:{event.key} was removed meanwhile")
    return found


def deliver_to(session: Session, message: Message, endpoint: WebhookEndpoint) -> Delivery:
    """Start the delivery of one message to one endpoint."""
    delivery = Delivery(
        organisation_id=message.organisation_id,
        key=f"{message.id}:{endpoint.id}",
        kind="webhook",
        endpoint_id=endpoint.id,
        message_id=message.id,
        meeting_id=message.meeting_id,
        analysis_id=message.analysis_id,
        created_at=message.created_at,
    )
    if insert_once(session, delivery, on=("organisation_id", "key")):
        enqueue_attempt(session, delivery, number=0)
    return delivery


def _message(organisation_id: str, event: Event) -> Message:
    body = {"event": event.type, "timestamp_ms": int(event.occurred_at.timestamp() * 1000), **event.data}
    return Message(
        organisation_id=organisation_id,
        event_type=event.type,
        event_key=f"{event.type}:{event.key}",
        meeting_id=event.meeting_id,
        analysis_id=event.analysis_id,
        body=json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False),
        created_at=event.occurred_at,
    )
