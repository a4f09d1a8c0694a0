"""A meeting appears in the hub the moment its provider mentions it."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from connectors.base.records import SourceEvent
from hub.connections.models import Connection
from hub.kit.insert import insert_once
from hub.meetings import timeline
from hub.meetings.closed import forget_events, is_closed
from hub.meetings.forgetting import delete_rows
from hub.meetings.models import Meeting
from hub.meetings.repository import Meetings


def note_announced(session: Session, connection: Connection, event: SourceEvent, source: str, now: datetime) -> bool:
    """Note an event that brings a recording or a transcript on its meeting; False where that was closed meanwhile."""
    meeting = _meeting(session, connection, event, now)
    if meeting is None:
        return False
    step = "recording.announced" if event.kind == "recording.completed" else "transcript.announced"
    details: dict[str, object] = {"source": source, "occurred_at": event.occurred_at.isoformat()}
    timeline.record(
        session,
        organisation_id=meeting.organisation_id,
        meeting_id=meeting.id,
        step=step,
        key=event.key,
        details=details,
        at=now,
    )
    return True


def note_delays(
    session: Session, connection: Connection, event: SourceEvent, delays: Mapping[str, Mapping[str, str]]
) -> None:
    """Each try at finding out what the event is about that failed, by its number: `at` and `why`."""
    meeting = _known(session, connection, event.recording.meeting_id) if event.recording else None
    if meeting is None:
        return
    for attempt, delay in delays.items():
        timeline.record(
            session,
            organisation_id=meeting.organisation_id,
            meeting_id=meeting.id,
            step="recording.delayed",
            key=f"{event.key}:asked:{attempt}",
            message=delay["why"],
            at=datetime.fromisoformat(delay["at"]),
        )


def note_ended(session: Session, connection: Connection, event: SourceEvent, now: datetime) -> None:
    """Note an event that only says that its meeting is over."""
    meeting = _meeting(session, connection, event, now)
    if meeting is None:
        return
    meeting.ended_at = event.occurred_at
    timeline.record(
        session,
        organisation_id=meeting.organisation_id,
        meeting_id=meeting.id,
        step="meeting.ended",
        at=event.occurred_at,
    )


def _meeting(session: Session, connection: Connection, event: SourceEvent, now: datetime) -> Meeting | None:
    """The meeting of an event, made where it is new; None, and the event is forgotten, where it was just closed."""
    if event.recording is None:
        raise ValueError(f"a {event.kind} event names no recording")
    row = Meeting(
        organisation_id=connection.organisation_id,
        connection_id=connection.id,
        external_id=event.recording.meeting_id,
        provider=connection.provider,
        created_at=now,
        updated_at=now,
    )
    is_new = insert_once(session, row, on=("connection_id", "external_id"))
    # the insert has waited for whoever was deleting the meeting: only now is it certain what they left
    if is_closed(session, connection.id, row.external_id):
        forget_events(session, connection.id, row.external_id)
        if is_new:
            delete_rows(session, [row.id])
        return None
    found = _known(session, connection, row.external_id)
    if found is None:
        raise LookupError("the meeting was removed while its event arrived")
    return found


def _known(session: Session, connection: Connection, external_id: str) -> Meeting | None:
    return Meetings(session, connection.organisation_id).by_external_id(connection.id, external_id)
