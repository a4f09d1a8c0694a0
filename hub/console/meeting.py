"""One meeting: the score and why, the signals second by second, where it went, and how it got here."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlmodel import Session

from connectors.base.manifest import Capability
from hub.accounts.dependencies import CurrentMember, CurrentRuntime, Member
from hub.analysis.models import Analysis
from hub.analysis.repository import Analyses
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.console.deliveries import DeliveryRow, delivery_rows
from hub.console.errors import not_found
from hub.console.providers import capabilities, provider_name
from hub.console.rendering import page
from hub.console.report import ReportView, series_of, thresholds_of, view_of
from hub.console.states import UNDER_WAY, shown_state
from hub.crm.repository import TAKEN_AWAY, Matches, Watches
from hub.deliveries.repository import Deliveries, Destinations
from hub.meetings.models import Meeting, Participant, TimelineEntry
from hub.meetings.repository import Meetings, Participants, Timeline

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
        result = Analyses(session, member.organisation_id).newest_completed(meeting_id)
        return page(request, "meetings/meeting.html", member=member, **_context(session, member, found, result))


@router.get("/meetings/{meeting_id}/signals.json")
def signals(request: Request, meeting_id: str, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """What the lanes draw: per-second series, when each speaker speaks, events and crossed thresholds."""
    with runtime.database.transaction() as session:
        result = Analyses(session, member.organisation_id).newest_completed(meeting_id)
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


def _context(session: Session, member: Member, found: Meeting, result: Analysis | None) -> dict[str, Any]:
    organisation_id = member.organisation_id
    people = Participants(session, organisation_id).of_meeting(found.id)
    report = view_of(result.result) if result else None
    return {
        "meeting": found,
        "shown": shown_state(found),
        "under_way": found.state in UNDER_WAY,
        "provider": provider_name(found.provider),
        "provider_name": provider_name,
        "result": result,
        "report": report,
        "participants": people,
        "internal": internal_speakers(people),
        "silent": _silent(people, report),
        **_records(session, organisation_id, found),
        "deliveries": _deliveries(session, organisation_id, found.id),
        "hops": _hops(session, organisation_id, found.id),
    }


def _records(session: Session, organisation_id: str, found: Meeting) -> dict[str, Any]:
    """The CRM records that stand and that were left out, and where more could be looked for."""
    rows = Matches(session, organisation_id).decided(found.id)
    watch = Watches(session, organisation_id).of_meeting(found.id)
    targets = Destinations(session, organisation_id).enabled()
    linked = {row.id: row for row in ConnectionRepository(session, organisation_id).all()}
    return {
        "matches": [row for row in rows if row.rule not in TAKEN_AWAY],
        "removed": [row for row in rows if row.rule in TAKEN_AWAY],
        "watched_until": watch.until if watch else None,
        "crms": [each for each in targets if _is_crm(linked[each.connection_id])],
    }


def _is_crm(connection: Connection) -> bool:
    return Capability.DESTINATION in capabilities(connection.provider)


def internal_speakers(people: Sequence[Participant]) -> frozenset[str]:
    """The transcript's labels of people from the organisation itself."""
    return frozenset(name for person in people if person.internal for name in (person.speaker, person.name) if name)


def _silent(people: Sequence[Participant], report: ReportView | None) -> list[Participant]:
    heard = {speaker.name for speaker in report.speakers} if report else set()
    return [person for person in people if not {person.speaker, person.name} & heard]


def _deliveries(session: Session, organisation_id: str, meeting_id: str) -> list[DeliveryRow]:
    oldest_first = Deliveries(session, organisation_id).of_meeting(meeting_id)
    return delivery_rows(session, organisation_id, oldest_first[::-1])


def _hops(session: Session, organisation_id: str, meeting_id: str) -> list[Hop]:
    entries = Timeline(session, organisation_id).of_meeting(meeting_id)
    gaps = [None, *((after.at - before.at).total_seconds() for before, after in pairwise(entries))]
    return [Hop(entry, gap) for entry, gap in zip(entries, gaps, strict=False)]
