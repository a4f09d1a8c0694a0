"""The list of meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from hub.accounts.dependencies import CurrentMember, CurrentRuntime
from hub.analysis.models import Analysis, AnalysisState
from hub.analysis.repository import Analyses
from hub.console.errors import not_found
from hub.console.rendering import page
from hub.console.states import MEETING, UNDER_WAY, Shown, shown_state
from hub.meetings.models import Meeting, MeetingState, Participant
from hub.meetings.repository import Meetings

router = APIRouter()

PAGE_LENGTH = 25


@dataclass(frozen=True)
class MeetingRow:
    """One line of the list. The score and its interval are points of 0..100, None before there is a result."""

    meeting: Meeting
    shown: Shown
    under_way: bool
    trust_score: float | None
    trust_interval: tuple[float, float] | None
    abstained_reason: str | None
    alert_count: int


@router.get("/meetings")
def meetings(
    request: Request, member: CurrentMember, runtime: CurrentRuntime, q: str = "", state: str = "", before: str = ""
) -> Response:
    """Newest first, searched by title, host or participant and narrowed by state; `before` is the next page's start."""
    with runtime.database.transaction() as session:
        rows = Meetings(session, member.organisation_id)
        statement = _narrow(rows.select(), q.strip(), state)
        if before:
            statement = statement.where(col(Meeting.id) < before)
        found = rows.all(statement.order_by(col(Meeting.id).desc()).limit(PAGE_LENGTH + 1))
        listed = meeting_rows(session, member.organisation_id, found[:PAGE_LENGTH])
    return page(
        request,
        "meetings/list.html",
        member=member,
        rows=listed,
        q=q,
        state=state,
        before=before,
        states=MEETING,
        next_before=found[PAGE_LENGTH - 1].id if len(found) > PAGE_LENGTH else "",
    )


@router.get("/meetings/{meeting_id}/state")
def meeting_state(request: Request, meeting_id: str, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """One meeting's state as a fragment, which the list asks for while the meeting is under way."""
    with runtime.database.transaction() as session:
        meeting = Meetings(session, member.organisation_id).get(meeting_id)
        if meeting is None:
            return not_found(request)
        row = meeting_rows(session, member.organisation_id, [meeting])[0]
    return page(request, "meetings/state.html", member=member, row=row)


def meeting_rows(session: Session, organisation_id: str, found: Sequence[Meeting]) -> list[MeetingRow]:
    """List lines for these meetings, each with its newest completed result."""
    results = _newest_results(session, organisation_id, [meeting.id for meeting in found])
    return [_row(meeting, results.get(meeting.id)) for meeting in found]


def _newest_results(session: Session, organisation_id: str, meeting_ids: Sequence[str]) -> dict[str, Analysis]:
    rows = Analyses(session, organisation_id)
    statement = rows.select().where(
        col(Analysis.meeting_id).in_(meeting_ids), Analysis.state == AnalysisState.COMPLETED
    )
    newest_last = rows.all(statement.order_by(col(Analysis.revision)))
    return {result.meeting_id: result for result in newest_last if result.meeting_id}


def _row(meeting: Meeting, result: Analysis | None) -> MeetingRow:
    interval: Any = result.result.get("trust_interval") if result else None
    return MeetingRow(
        meeting=meeting,
        shown=shown_state(meeting),
        under_way=meeting.state in UNDER_WAY,
        trust_score=result.trust_score if result else None,
        trust_interval=(interval[0], interval[1]) if interval else None,
        abstained_reason=result.abstained_reason if result else None,
        alert_count=result.alert_count if result else 0,
    )


def _narrow(statement: SelectOfScalar[Meeting], text: str, state: str) -> SelectOfScalar[Meeting]:
    if state in [each.value for each in MeetingState]:
        statement = statement.where(Meeting.state == MeetingState(state))
    if not text:
        return statement
    here = text.lower()
    took_part = col(Meeting.id).in_(
        select(Participant.meeting_id).where(
            Participant.organisation_id == Meeting.organisation_id,
            or_(_holds(Participant.name, here), _holds(Participant.email, here)),
        )
    )
    return statement.where(or_(_holds(Meeting.title, here), _holds(Meeting.host_email, here), took_part))


def _holds(column: Any, text: str) -> Any:
    return func.lower(col(column)).contains(text, autoescape=True)
