"""What a meeting's pipeline does about errors: later, once a person has reconnected, or not at all, in words."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from connectors.base.errors import ConnectorError, ProviderUnavailable
from connectors.base.records import EventKind
from hub.analysis.runner import AnalysisFailed
from hub.connections.models import Connection, ConnectionState
from hub.deliveries.messages import Event, announce
from hub.engine import queues
from hub.engine.depths import has_unfinished
from hub.engine.enqueue import enqueue
from hub.engine.retry import DecisionKind, decide
from hub.ingest.models import InboundEvent
from hub.ingest.service import recording_turn, recording_work
from hub.meetings import timeline
from hub.meetings.cases import Case, open_meeting
from hub.meetings.models import UNDER_WAY, Meeting, MeetingState
from hub.meetings.reprocessing import again_id
from hub.runtime import Runtime

_LOST_AFTER: Final = timedelta(minutes=10)
"""Longer than a run takes between telling where it stands and having ended in the engine's eyes."""
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
    "run_lost": "It was cut off too often on our side and given up; the log has the details. Have it analysed again.",
}

_NO_RECORDING_YET: Final = "The transcript is there, and its recording is not yet."
_LOOKS_UNDER_WAY: Final = sa.or_(
    col(Meeting.state).in_(UNDER_WAY),
    # with a result already, it waits only for the run that somebody has just asked for
    (col(Meeting.state) == MeetingState.WAITING) & (col(Meeting.revision) > 0),
)


def handle_connector_error(runtime: Runtime, case: Case, error: ConnectorError) -> None:
    """Arrange what follows from an error of the provider: a later run, a wait for a person, or the end."""
    decision = decide(error, case.attempt)
    if error.code == "recording_missing" and case.event.kind == EventKind.TRANSCRIPT_COMPLETED:
        _wait_for_recording(runtime, case)
        return
    if decision.kind is DecisionKind.DEAD_LETTER:
        fail(runtime, case, error.code or "provider_refused", error.message)
        return
    reason = f"{error.message} ({decision.why})"
    with runtime.database.transaction() as session:
        meeting = open_meeting(session, case)
        if meeting is None:
            return
        _rest(meeting, reason, runtime.clock())
        if decision.kind is DecisionKind.RETRY:
            work = recording_work(case.connection, case.event, attempt=case.attempt + 1, delay_s=decision.delay_s)
            enqueue(session, work)
        else:
            session.get_one(InboundEvent, case.event.id).parked_attempt = case.attempt
        _tell(session, runtime, case.meeting, "recording.delayed", f"{case.event.id}:{case.attempt}", reason)


def handle_analysis_failure(runtime: Runtime, case: Case, error: AnalysisFailed) -> None:
    """A recording at fault is the end of it; a process that died, or models that are missing, may heal."""
    if error.code in _MAY_HEAL and case.attempt < _HEALING_ATTEMPTS:
        handle_connector_error(runtime, case, ProviderUnavailable(_WORDS[error.code], code=error.code))
    else:
        fail(runtime, case, error.code, error.message)


def fail(runtime: Runtime, case: Case, code: str, detail: str) -> None:
    """The meeting will not be analysed: say why on the meeting and to subscribers. An earlier revision stays valid."""
    with runtime.database.transaction() as session:
        meeting = open_meeting(session, case)
        if meeting is not None:
            _end(session, runtime, meeting, code, detail, run=case.event.id, again=again_id(case.event.key))


def fail_lost_runs(runtime: Runtime) -> int:
    """End runs that left their meeting under way though nothing works on it any more; gives how many.

    The engine sets aside what was cut off too often, and an error can also leave what arranges for errors.
    """
    looks_lost = _LOOKS_UNDER_WAY & (col(Meeting.updated_at) < runtime.clock() - _LOST_AFTER)
    with runtime.database.transaction() as session:
        ids = session.exec(select(Meeting.id).where(looks_lost)).all()
    return sum(_fail_if_lost(runtime, meeting_id, looks_lost) for meeting_id in ids)


def _fail_if_lost(runtime: Runtime, meeting_id: str, looks_lost: sa.ColumnElement[bool]) -> bool:
    with runtime.database.transaction() as session:
        meeting = session.exec(select(Meeting).where(Meeting.id == meeting_id, looks_lost)).first()
        if meeting is None or _is_at_work(session, meeting):
            return False
        run = f"lost:{meeting.updated_at.isoformat()}"
        _end(session, runtime, meeting, "run_lost", "", run=run, again=run)
    return True


def _is_at_work(session: Session, meeting: Meeting) -> bool:
    turn = recording_turn(meeting.connection_id or "", meeting.external_id)
    return has_unfinished(session, queues.PIPELINE, turn)


def _end(session: Session, runtime: Runtime, meeting: Meeting, code: str, detail: str, *, run: str, again: str) -> None:
    reason, now = _WORDS.get(code, detail), runtime.clock()
    _rest(meeting, reason, now)
    if meeting.revision == 0:
        meeting.state = MeetingState.FAILED
    _tell(session, runtime, meeting, "analysis.failed", run, reason, code)
    data = {"meeting_id": meeting.id, "error": {"code": code, "message": reason}}
    key = _failure_key(meeting, code, again)
    announce(session, meeting.organisation_id, Event("analysis.failed", key, now, data, meeting_id=meeting.id))


def _rest(meeting: Meeting, reason: str, now: datetime) -> None:
    """Where a meeting stands while nothing runs for it: with its result when it has one, and always with the reason."""
    has_result = meeting.revision > 0
    meeting.state = MeetingState.COMPLETED if has_result else MeetingState.WAITING
    meeting.progress = 1.0 if has_result else 0.0
    meeting.state_reason = f"The result of before stands; analysing again failed: {reason}" if has_result else reason
    meeting.updated_at = now


def _failure_key(meeting: Meeting, code: str, again: str) -> str:
    """The same for the same failure, so that a transcript that follows a broken recording does not tell it again.

    Another one after a result came in between, or once a person had the meeting analysed again.
    """
    return f"{meeting.id}:r{meeting.revision}:{code}:{again}"


def _wait_for_recording(runtime: Runtime, case: Case) -> None:
    """A transcript came before its recording, whose own event is still to come."""
    with runtime.database.transaction() as session:
        meeting = open_meeting(session, case)
        if meeting is not None and meeting.state is not MeetingState.FAILED:
            _rest(meeting, _NO_RECORDING_YET if meeting.revision == 0 else _WORDS["recording_missing"], runtime.clock())


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


def _tell(
    session: Session, runtime: Runtime, meeting: Meeting, step: str, key: str, reason: str, code: str = ""
) -> None:
    timeline.record(
        session,
        organisation_id=meeting.organisation_id,
        meeting_id=meeting.id,
        step=step,
        key=key,
        message=reason,
        details={"code": code} if code else {},
        at=runtime.clock(),
    )
