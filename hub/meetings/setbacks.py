"""What a meeting's pipeline does about errors: later, once a person has reconnected, or not at all, in words."""

from typing import Final

from sqlmodel import Session, col, select

from connectors.base.errors import ConnectorError, ProviderUnavailable
from connectors.base.records import EventKind
from hub.analysis.runner import AnalysisFailed
from hub.connections.models import Connection, ConnectionState
from hub.deliveries.messages import Event, announce
from hub.engine.enqueue import enqueue
from hub.engine.retry import DecisionKind, decide
from hub.ingest.models import InboundEvent
from hub.ingest.service import recording_work
from hub.meetings import timeline
from hub.meetings.cases import Case, open_meeting
from hub.meetings.models import Meeting, MeetingState
from hub.meetings.reprocessing import again_id
from hub.runtime import Runtime

_MAY_HEAL: Final = {"analysis_crashed", "model_missing"}
_HEALING_ATTEMPTS: Final = 3
_WORDS: Final = {
    "media_missing": "The recording could not be found after its download.",
    "media_empty": "The recording is empty.",
    "media_unreadable": "The recording is not audio or video that can be read.",
    "media_encrypted": "The recording is protected and cannot be read.",
    "media_too_long": "The recording is longer than the limit.",
    "transcript_unreadable": "The transcript cannot be read.",
    "model_missing": "The analysis models are not installed: run `make models`.",
    "recording_missing": "The meeting has no recording that could be analysed.",
    "recording_too_large": "The recording is larger than the limit.",
    "analysis_timeout": "The analysis took longer than is allowed.",
    "memory_exhausted": "The analysis needed more memory than is allowed.",
    "analysis_crashed": "The analysis ended unexpectedly.",
    "internal_error": "Something went wrong on our side; the log has the details.",
}


def handle_connector_error(runtime: Runtime, case: Case, error: ConnectorError) -> None:
    """Arrange what follows from an error of the provider: a later run, a wait for a person, or the end."""
    decision = decide(error, case.attempt)
    if error.code == "recording_missing" and case.event.kind == EventKind.TRANSCRIPT_COMPLETED:
        _wait_for_recording(runtime, case)
        return
    if decision.kind is DecisionKind.DEAD_LETTER:
        fail(runtime, case, error.code or "provider_refused", error.message)
        return
    with runtime.database.transaction() as session:
        meeting = open_meeting(session, case)
        if meeting is None:
            return
        if meeting.revision == 0:
            meeting.state, meeting.progress = MeetingState.WAITING, 0.0
        meeting.state_reason, meeting.updated_at = f"{error.message} ({decision.why})", runtime.clock()
        if decision.kind is DecisionKind.RETRY:
            work = recording_work(case.connection, case.event, attempt=case.attempt + 1, delay_s=decision.delay_s)
            enqueue(session, work)
        else:
            session.get_one(InboundEvent, case.event.id).parked_attempt = case.attempt
        _tell(session, runtime, case, "recording.delayed", f"{case.event.id}:{case.attempt}", meeting.state_reason)


def handle_analysis_failure(runtime: Runtime, case: Case, error: AnalysisFailed) -> None:
    """A recording at fault is the end of it; a process that died, or models that are missing, may heal."""
    if error.code in _MAY_HEAL and case.attempt < _HEALING_ATTEMPTS:
        handle_connector_error(runtime, case, ProviderUnavailable(_WORDS[error.code], code=error.code))
    else:
        fail(runtime, case, error.code, error.message)


def fail(runtime: Runtime, case: Case, code: str, detail: str) -> None:
    """The meeting will not be analysed: say why on the meeting and to subscribers. An earlier revision stays valid."""
    reason = _WORDS.get(code, detail)
    now = runtime.clock()
    with runtime.database.transaction() as session:
        meeting = open_meeting(session, case)
        if meeting is None:
            return
        if meeting.revision == 0:
            meeting.state, meeting.state_reason, meeting.progress = MeetingState.FAILED, reason, 0.0
        meeting.updated_at = now
        _tell(session, runtime, case, "analysis.failed", case.event.id, reason, code)
        data = {"meeting_id": meeting.id, "error": {"code": code, "message": reason}}
        key = _failure_key(case, meeting, code)
        announce(session, meeting.organisation_id, Event("analysis.failed", key, now, data, meeting_id=meeting.id))


def _failure_key(case: Case, meeting: Meeting, code: str) -> str:
    """The same for the same failure, so that a transcript that follows a broken recording does not tell it again.

    Another one after a result came in between, or once a person had the meeting analysed again.
    """
    return f"{meeting.id}:r{meeting.revision}:{code}:{again_id(case.event.key)}"


def _wait_for_recording(runtime: Runtime, case: Case) -> None:
    """A transcript came before its recording, whose own event is still to come."""
    with runtime.database.transaction() as session:
        meeting = open_meeting(session, case)
        if meeting is not None and meeting.revision == 0 and meeting.state is not MeetingState.FAILED:
            meeting.state, meeting.progress = MeetingState.WAITING, 0.0
            meeting.state_reason = "The transcript is there, and its recording is not yet."
            meeting.updated_at = runtime.clock()


def resume_parked(runtime: Runtime) -> int:
    """Start again what waited for a reconnection that has happened; gives how many recordings."""
    with runtime.database.transaction() as session:
        rows = session.exec(
            select(InboundEvent, Connection)
            .join(Connection, col(InboundEvent.connection_id) == col(Connection.id))
            .where(col(InboundEvent.parked_attempt).is_not(None), Connection.state == ConnectionState.ACTIVE)
        ).all()
        for event, connection in rows:
            enqueue(session, recording_work(connection, event, attempt=(event.parked_attempt or 0) + 1))
            event.parked_attempt = None
        return len(rows)


def _tell(session: Session, runtime: Runtime, case: Case, step: str, key: str, reason: str, code: str = "") -> None:
    timeline.record(
        session,
        organisation_id=case.organisation_id,
        meeting_id=case.meeting.id,
        step=step,
        key=key,
        message=reason,
        details={"code": code} if code else {},
        at=runtime.clock(),
    )
