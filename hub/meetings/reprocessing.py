"""Has a meeting analysed again: from the provider's files, as its next revision."""

from dataclasses import replace
from typing import Final

from sqlmodel import Session, col, select

from hub.accounts import audit
from hub.analysis.repository import Analyses
from hub.connections.models import Connection, ConnectionState
from hub.engine.enqueue import enqueue
from hub.errors import Conflict, NotFound
from hub.ingest.models import InboundEvent
from hub.ingest.sealing import open_event, seal_event
from hub.ingest.service import recording_work
from hub.kit.ids import new_id
from hub.meetings.announced import was_announced
from hub.meetings.closed import is_closed
from hub.meetings.models import UNDER_WAY, Meeting, MeetingState
from hub.meetings.repository import Meetings
from hub.runtime import Runtime

_AGAIN: Final = ":again:"


def again_id(key: str) -> str:
    """What tells one repeated analysis from another, by the key of its event; empty for a provider's own event."""
    return key.partition(_AGAIN)[2]


def reprocess(runtime: Runtime, organisation_id: str, meeting_id: str, *, actor: str) -> Meeting:
    """Start the pipeline once more. Raises `NotFound`, and `Conflict` where that is not possible now."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        meeting = Meetings(session, organisation_id).hold(meeting_id)
        if meeting is None:
            raise NotFound("There is no such meeting.")
        if meeting.state in UNDER_WAY:
            raise Conflict("This meeting is being analysed already.")
        connection = _connection(session, meeting)
        event = _again(runtime, session, connection, meeting)
        _make_known_results_old(session, meeting)
        enqueue(session, recording_work(connection, event, attempt=0))
        meeting.state, meeting.state_reason, meeting.progress = MeetingState.WAITING, "", 0.0
        meeting.updated_at = now
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor,
            action="meeting.reprocessed",
            subject=meeting.id,
            at=now,
        )
        return meeting


def _connection(session: Session, meeting: Meeting) -> Connection:
    connection = session.get(Connection, meeting.connection_id) if meeting.connection_id else None
    if connection is None or connection.state is ConnectionState.REVOKED:
        raise Conflict("The account that this meeting came from is disconnected.")
    return connection


def _again(runtime: Runtime, session: Session, connection: Connection, meeting: Meeting) -> InboundEvent:
    """The newest announcement of the recording, stored once more under a key of its own."""
    if is_closed(session, connection.id, meeting.external_id):
        raise Conflict(
            "Somebody who took part in this meeting was forgotten. It cannot be analysed again, because its recording"
            " would bring them back; the result stays as it is."
        )
    known = session.exec(
        select(InboundEvent)
        .where(
            InboundEvent.connection_id == connection.id,
            InboundEvent.meeting_external_id == meeting.external_id,
            col(InboundEvent.kind).endswith(".completed"),
        )
        .order_by(col(InboundEvent.id).desc())
    ).first()
    if known is None and not was_announced(session, meeting):
        raise Conflict("No recording of this meeting has been announced yet: there is nothing to analyse.")
    if known is None:
        raise Conflict("The announcement of this recording is too old: it is not known any more where its files lie.")
    event = replace(open_event(runtime.vault, known), key=f"{known.key.split(_AGAIN)[0]}{_AGAIN}{new_id('rep')}")
    values = known.model_dump(exclude={"id", "key", "body", "received_at", "parked_attempt"})
    row = InboundEvent(
        **values,
        key=event.key,
        body=seal_event(runtime.vault, connection.id, event),
        received_at=runtime.clock(),
    )
    session.add(row)
    session.flush()
    return row


def _make_known_results_old(session: Session, meeting: Meeting) -> None:
    """Files that were analysed are not analysed again, unless their fingerprint says that it was another time."""
    for analysis in Analyses(session, meeting.organisation_id).of_meeting(meeting.id):
        if "#" not in analysis.inputs:
            analysis.inputs = f"{analysis.inputs}#revision-{analysis.revision}"
