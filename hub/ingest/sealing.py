"""Provider events between their value and the sealed column: they can hold download tokens."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from connectors.base.records import EventKind, RecordChange, RecordingRef, SourceEvent
from hub.ingest.models import InboundEvent
from hub.kit.crypto import Vault


def seal_event(vault: Vault, connection_id: str, event: SourceEvent) -> str:
    """The `body` column of an event of this connection."""
    recording = event.recording
    value = {
        "account_id": event.account_id,
        "recording": None
        if recording is None
        else {
            "meeting_id": recording.meeting_id,
            "facts": dict(recording.facts),
            "secrets": dict(recording.secrets),
        },
        "records": asdict(event.records) if event.records else None,
    }
    return vault.seal(json.dumps(value).encode(), event_context(connection_id, event.key))


def open_event(vault: Vault, row: InboundEvent) -> SourceEvent:
    """The event as the connector gave it."""
    value: dict[str, Any] = json.loads(vault.open(row.body, event_context(row.connection_id, row.key)))
    recording, records = value["recording"], value.get("records")
    return SourceEvent(
        kind=EventKind(row.kind),
        account_id=value["account_id"],
        key=row.key,
        occurred_at=_aware(row.occurred_at),
        recording=None if recording is None else RecordingRef(**recording),
        records=None if records is None else RecordChange(**{**records, "ids": tuple(records["ids"])}),
    )


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a stored moment came back without its zone")
    return moment


def event_context(connection_id: str, key: str) -> str:
    """What an event's sealed body is bound to."""
    return f"inbound:{connection_id}:{key}"
