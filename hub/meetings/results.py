"""Stores results, and makes them count: analysed first, completed once they are announced."""

from collections.abc import Mapping
from typing import Any, Final

from sqlmodel import Session

from hub.accounts import audit
from hub.analysis.models import Analysis, AnalysisState
from hub.analysis.repository import Analyses
from hub.deliveries.messages import Event, announce
from hub.engine import queues
from hub.engine.enqueue import Work, enqueue
from hub.kit.insert import insert_once
from hub.meetings import timeline
from hub.meetings.cases import Case, Inputs, open_meeting
from hub.meetings.models import Meeting, MeetingState
from hub.meetings.purpose import POLICY, Gate
from hub.meetings.repository import Meetings, Participants
from hub.runtime import Runtime

MATCH_MEETING: Final = "match_meeting"


def find_result(runtime: Runtime, case: Case, inputs: Inputs) -> str | None:
    """The id of the analysis that these very files already have."""
    with runtime.database.transaction() as session:
        found = Analyses(session, case.organisation_id).of_inputs(case.meeting.id, inputs.fingerprint)
        return found.id if found else None


def store_result(runtime: Runtime, case: Case, inputs: Inputs, gate: Gate, result: Mapping[str, Any]) -> str | None:
    """Keep the result as the meeting's next revision; gives its id. Storing it again gives the same id.

    None, and the result is not kept, where the meeting was closed meanwhile.
    """
    with runtime.database.transaction() as session:
        if open_meeting(session, case) is None:
            return None
        row = _insert(session, runtime, case, inputs, result)
        _join_speakers(session, case, gate)
        _note_gate(session, runtime, case, row, gate)
        timeline.record(
            session,
            organisation_id=case.organisation_id,
            meeting_id=case.meeting.id,
            step="recording.analysed",
            key=inputs.fingerprint,
            details={"analysis_id": row.id, "revision": row.revision, "transcript": inputs.transcript is not None},
            at=runtime.clock(),
        )
        return row.id


def publish_result(runtime: Runtime, analysis_id: str) -> None:
    """Make the result the meeting's own, announce it and start matching, all at once or not at all."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        analysis = session.get(Analysis, analysis_id)
        if analysis is None or analysis.meeting_id is None:
            return
        meeting = Meetings(session, analysis.organisation_id).hold(analysis.meeting_id)
        if meeting is None:
            return
        session.refresh(analysis)  # somebody may have been forgotten in it since
        meeting.state, meeting.state_reason, meeting.progress = MeetingState.COMPLETED, "", 1.0
        if analysis.state is AnalysisState.COMPLETED:
            return
        analysis.state, analysis.completed_at = AnalysisState.COMPLETED, now
        meeting.revision, meeting.updated_at = max(meeting.revision, analysis.revision), now
        timeline.record(
            session,
            organisation_id=meeting.organisation_id,
            meeting_id=meeting.id,
            step="analysis.completed",
            key=str(analysis.revision),
            details={"analysis_id": analysis.id, "revision": analysis.revision, "trust_score": analysis.trust_score},
            at=now,
        )
        announce(session, meeting.organisation_id, _completed_event(meeting, analysis))
        enqueue(session, matching_work(analysis.id, round_number=0))


def matching_work(analysis_id: str, *, round_number: int, delay_s: float = 0.0) -> Work:
    """The search for the meeting's CRM records, and what follows from it."""
    return Work(
        workflow=MATCH_MEETING,
        queue=queues.MATCHING,
        id=f"match:{analysis_id}:r{round_number}",
        args=(analysis_id, round_number),
        delay_s=delay_s,
    )


def _insert(session: Session, runtime: Runtime, case: Case, inputs: Inputs, result: Mapping[str, Any]) -> Analysis:
    analyses = Analyses(session, case.organisation_id)
    while True:
        known = analyses.of_inputs(case.meeting.id, inputs.fingerprint)
        if known is not None:
            return known
        revisions = [row.revision for row in analyses.of_meeting(case.meeting.id)]
        row = _row(runtime, case, inputs, result, max(revisions, default=0) + 1)
        if insert_once(session, row, on=("meeting_id", "revision")):
            return session.get_one(Analysis, row.id)


def _row(runtime: Runtime, case: Case, inputs: Inputs, result: Mapping[str, Any], revision: int) -> Analysis:
    abstained = result.get("abstained")
    return Analysis(
        organisation_id=case.organisation_id,
        meeting_id=case.meeting.id,
        revision=revision,
        inputs=inputs.fingerprint,
        trust_score=result["trust_score"],
        abstained_reason=abstained["explanation"] if abstained else None,
        alert_count=len(result["alerts"]),
        duration_s=result["duration_s"],
        result=_with_warning(result, inputs.left_out),
        created_at=runtime.clock(),
    )


def _with_warning(result: Mapping[str, Any], warning: str) -> dict[str, Any]:
    return {**result, "warnings": [warning, *result.get("warnings", ())]} if warning else dict(result)


def _join_speakers(session: Session, case: Case, gate: Gate) -> None:
    for person in Participants(session, case.organisation_id).of_meeting(case.meeting.id):
        if person.id in gate.joined:
            person.speaker = gate.joined[person.id]


def _note_gate(session: Session, runtime: Runtime, case: Case, row: Analysis, gate: Gate) -> None:
    observed: object = "everybody: no employee took part" if gate.observed is None else len(gate.observed)
    audit.record(
        session,
        organisation_id=case.organisation_id,
        actor="hub",
        action="purpose_policy.applied",
        subject=case.meeting.id,
        at=runtime.clock(),
        details={"policy": POLICY, "observed_speakers": observed, "analysis_id": row.id},
    )


def _completed_event(meeting: Meeting, analysis: Analysis) -> Event:
    if analysis.completed_at is None:
        raise ValueError("an analysis is announced only once it is completed")
    facts = {
        "analysis_id": analysis.id,
        "meeting_id": meeting.id,
        "revision": analysis.revision,
        "meeting": {
            "title": meeting.title,
            "provider": meeting.provider,
            "host_email": meeting.host_email,
            "started_at": meeting.started_at.isoformat() if meeting.started_at else None,
            "ended_at": meeting.ended_at.isoformat() if meeting.ended_at else None,
        },
    }
    return Event(
        type="analysis.completed",
        key=analysis.id,
        occurred_at=analysis.completed_at,
        data={**analysis.result, **facts},
        meeting_id=meeting.id,
        analysis_id=analysis.id,
    )
