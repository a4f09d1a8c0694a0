"""A meeting appears in the hub the moment its provider mentions it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from connectors.base.records import SourceEvent
from hub.connections.models import Connection
from hub.kit.insert import insert_once
from hub.meetings import timeline
from hub.meetings.closed import forget_events, is_closed
from hub.meetings.forgetting import delete_meetings, delete_rows
from hub.meetings.models import Meeting, MeetingState, TimelineEntry
from hub.meetings.repository import Meetings
from hub.runtime import Runtime

AWAITS_RECORDING: Final = (
    "The meeting is over. If it was recorded, its result follows once the recording is ready; "
    "otherwise this entry goes after three days."
)
_ENDED: Final = "meeting.ended"
_NOT_RECORDED_AFTER: Final = timedelta(days=3)
"""No provider is at work on a recording for longer."""
_BATCH: Final = 50


def note_announced(session: Session, connection: Connection, event: SourceEvent, source: str, now: datetime) -> bool:
    """Note an event that brings a recording or a transcript on its meeting; False where that was closed meanwhile."""
    meeting = _meeting(session, connection, event, now)
    if meeting is None:
        return False
    if meeting.state_reason == AWAITS_RECORDING:
        meeting.state_reason = ""
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
    """Note an event that only says that its meeting is over: nobody knows yet whether it was recorded."""
    meeting = _meeting(session, connection, event, now)
    if meeting is None:
        return
    meeting.ended_at = event.occurred_at
    if not was_announced(session, meeting):
        meeting.state_reason = AWAITS_RECORDING
    timeline.record(
        session,
        organisation_id=meeting.organisation_id,
        meeting_id=meeting.id,
        step=_ENDED,
        at=event.occurred_at,
    )


def was_announced(session: Session, meeting: Meeting) -> bool:
    """Whether its provider has told of a recording or a transcript, and not only that the meeting is over."""
    statement = select(TimelineEntry.id).where(TimelineEntry.meeting_id == meeting.id, TimelineEntry.step != _ENDED)
    return session.exec(statement.limit(1)).first() is not None


def forget_unrecorded(runtime: Runtime) -> int:
    """Delete meetings that ended three days ago and of which no recording was announced; gives how many."""
    total = 0
    while ids := _unrecorded(runtime, runtime.clock() - _NOT_RECORDED_AFTER):
        total += delete_meetings(runtime, ids)
    return total


def _unrecorded(runtime: Runtime, before: datetime) -> Sequence[str]:
    more = sa.exists().where(col(TimelineEntry.meeting_id) == col(Meeting.id), col(TimelineEntry.step) != _ENDED)
    statement = select(Meeting.id).where(
        Meeting.state == MeetingState.WAITING, Meeting.revision == 0, col(Meeting.ended_at) < before, ~more
    )
    with runtime.database.transaction() as session:
        return session.exec(statement.where(col(Meeting.created_at) < before).limit(_BATCH)).all()


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
