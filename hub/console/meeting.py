"""One meeting: the score and why, the signals second by second, where it went, and how it got here."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session, col

from hub.accounts.dependencies import CurrentMember, CurrentRuntime, Member
from hub.analysis.models import Analysis, AnalysisState
from hub.console.deliveries import DeliveryRow, delivery_rows
from hub.console.errors import not_found
from hub.console.providers import provider_name
from hub.console.rendering import page
from hub.console.report import ReportView, series_of, thresholds_of, view_of
from hub.console.repositories import Analyses, Deliveries, Matches, Meetings, Participants, Timeline
from hub.console.states import MEETING, UNDER_WAY
from hub.crm.models import CrmMatch
from hub.crm.repository import REMOVED
from hub.deliveries.models import Delivery
from hub.meetings.models import Meeting, Participant, TimelineEntry

router = APIRouter()


@dataclass(frozen=True)
class Hop:
    """One timeline entry and the seconds since the one before it."""

    entry: TimelineEntry
    since_s: float | None


@router.get("/meetings/{meeting_id}")
def meeting(request: Request, meeting_id: str, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """The whole page."""
    with runtime.database.transaction() as session:
        found = Meetings(session, member.organisation_id).get(meeting_id)
        if found is None:
            return not_found(request)
        result = newest_result(session, member.organisation_id, meeting_id)
        return page(request, "meetings/meeting.html", member=member, **_context(session, member, found, result))


@router.get("/meetings/{meeting_id}/signals.json")
def signals(request: Request, meeting_id: str, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """What the lanes draw: per-second series, when each speaker speaks, events and crossed thresholds."""
    with runtime.database.transaction() as session:
        result = newest_result(session, member.organisation_id, meeting_id)
    if result is None:
        return not_found(request)
    view = view_of(result.result)
    return JSONResponse(
        {
            "duration_s": result.duration_s,
            "series": series_of(result.result),
            "thresholds": thresholds_of(result.result),
            "speakers": [{"name": each.name, "turns": each.spoken} for each in view.speakers],
            "events": [
                {"at_s": each.at_s, "text": each.title, "tone": each.tone}
                for each in view.events
                if each.at_s is not None
            ],
        },
        headers={"Cache-Control": "no-store"},
    )


def newest_result(session: Session, organisation_id: str, meeting_id: str) -> Analysis | None:
    """The completed result of the highest revision."""
    rows = Analyses(session, organisation_id)
    statement = rows.select().where(Analysis.meeting_id == meeting_id, Analysis.state == AnalysisState.COMPLETED)
    return session.exec(statement.order_by(col(Analysis.revision).desc()).limit(1)).first()


def _context(session: Session, member: Member, found: Meeting, result: Analysis | None) -> dict[str, Any]:
    organisation_id = member.organisation_id
    people = _people(session, organisation_id, found.id)
    report = view_of(result.result) if result else None
    return {
        "meeting": found,
        "shown": MEETING[found.state],
        "under_way": found.state in UNDER_WAY,
        "provider": provider_name(found.provider),
        "provider_name": provider_name,
        "result": result,
        "report": report,
        "participants": people,
        "internal": internal_speakers(people),
        "silent": _silent(people, report),
        "matches": _matches(session, organisation_id, found.id),
        "deliveries": _deliveries(session, organisation_id, found.id),
        "hops": _hops(session, organisation_id, found.id),
    }


def internal_speakers(people: Sequence[Participant]) -> frozenset[str]:
    """The transcript's labels of people from the organisation itself."""
    return frozenset(name for person in people if person.internal for name in (person.speaker, person.name) if name)


def _silent(people: Sequence[Participant], report: ReportView | None) -> list[Participant]:
    heard = {speaker.name for speaker in report.speakers} if report else set()
    return [person for person in people if not {person.speaker, person.name} & heard]


def _people(session: Session, organisation_id: str, meeting_id: str) -> Sequence[Participant]:
    rows = Participants(session, organisation_id)
    return rows.all(rows.select().where(Participant.meeting_id == meeting_id).order_by(col(Participant.id)))


def _matches(session: Session, organisation_id: str, meeting_id: str) -> Sequence[CrmMatch]:
    rows = Matches(session, organisation_id)
    stands = rows.select().where(CrmMatch.meeting_id == meeting_id, CrmMatch.rule != REMOVED)
    return rows.all(stands.order_by(col(CrmMatch.id)))


def _deliveries(session: Session, organisation_id: str, meeting_id: str) -> list[DeliveryRow]:
    rows = Deliveries(session, organisation_id)
    found = rows.all(rows.select().where(Delivery.meeting_id == meeting_id).order_by(col(Delivery.id).desc()))
    return delivery_rows(session, organisation_id, found)


def _hops(session: Session, organisation_id: str, meeting_id: str) -> list[Hop]:
    rows = Timeline(session, organisation_id)
    statement = rows.select().where(TimelineEntry.meeting_id == meeting_id)
    entries = rows.all(statement.order_by(col(TimelineEntry.at), col(TimelineEntry.id)))
    gaps = [None, *((after.at - before.at).total_seconds() for before, after in pairwise(entries))]
    return [Hop(entry, gap) for entry, gap in zip(entries, gaps, strict=False)]
