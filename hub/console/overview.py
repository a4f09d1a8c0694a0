"""The first screen: what to set up next, what needs attention, what came in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import Session, col, func, select

from hub.accounts.dependencies import CurrentMember, CurrentRuntime
from hub.analysis.models import Analysis, AnalysisState
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.console.meetings import MeetingRow, meeting_rows
from hub.console.providers import provider_name
from hub.console.rendering import page
from hub.console.setup import setup_steps
from hub.deliveries.late import late
from hub.deliveries.models import Delivery, DeliveryState
from hub.deliveries.repository import Destinations, Endpoints
from hub.meetings.models import Meeting, MeetingState
from hub.meetings.repository import Meetings

router = APIRouter()

_RECENT = 6
_MOST_LATE = 3
_PERIOD = timedelta(days=30)


@dataclass(frozen=True)
class Concern:
    """Something only a person can put right, and where."""

    text: str
    href: str
    action: str


@dataclass(frozen=True)
class Figures:
    """The last 30 days in three numbers."""

    analysed: int
    alerts: int
    delivered: int


@router.get("/")
def overview(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """Set-up checklist, attention list and recent meetings."""
    organisation_id, since = member.organisation_id, runtime.clock() - _PERIOD
    with runtime.database.transaction() as session:
        steps = setup_steps(session, organisation_id)
        return page(
            request,
            "overview/overview.html",
            member=member,
            steps=steps,
            is_set_up=all(step.done for step in steps),
            concerns=[*_late(session, organisation_id, runtime.clock()), *_concerns(session, organisation_id, since)],
            figures=_figures(session, organisation_id, since),
            rows=_recent(session, organisation_id),
        )


def _recent(session: Session, organisation_id: str) -> list[MeetingRow]:
    rows = Meetings(session, organisation_id)
    return meeting_rows(
        session, organisation_id, rows.all(rows.select().order_by(col(Meeting.id).desc()).limit(_RECENT))
    )


def _late(session: Session, organisation_id: str, now: datetime) -> list[Concern]:
    """Results that have to be somewhere by a time, the most pressing first."""
    found = late(session, now, organisation_id)
    concerns = [
        Concern(f"{due.meeting.title or 'Untitled meeting'}: {due.words(now)}", f"/meetings/{due.meeting.id}", "Look")
        for due in found[:_MOST_LATE]
    ]
    more = len(found) - len(concerns)
    if more:
        concerns += [Concern(f"{_counted(more, 'more result is', 'more results are')} as pressing", "/meetings", "See")]
    return concerns


def _concerns(session: Session, organisation_id: str, since: datetime) -> list[Concern]:
    return [
        *_lost_connections(session, organisation_id),
        *_refused_connections(session, organisation_id),
        *_cut_off_destinations(session, organisation_id),
        *_switched_off_endpoints(session, organisation_id),
        *_dead_deliveries(session, organisation_id, since),
        *_failed_meetings(session, organisation_id, since),
    ]


def _lost_connections(session: Session, organisation_id: str) -> Iterator[Concern]:
    rows = ConnectionRepository(session, organisation_id)
    for row in rows.all(rows.select().where(Connection.state == ConnectionState.RECONNECT)):
        text = f"{provider_name(row.provider)} needs to be connected again: {row.state_reason}"
        yield Concern(text, "/connections", "Reconnect")


def _refused_connections(session: Session, organisation_id: str) -> Iterator[Concern]:
    rows = ConnectionRepository(session, organisation_id)
    for row in rows.all(rows.select().where(Connection.state == ConnectionState.REFUSED)):
        yield Concern(row.state_reason, "/connections", "Look")


def _cut_off_destinations(session: Session, organisation_id: str) -> Iterator[Concern]:
    """Those that a member disconnected without switching them off: nothing fails there, and nothing arrives."""
    linked = {row.id: row for row in ConnectionRepository(session, organisation_id).all()}
    for row in Destinations(session, organisation_id).enabled():
        connection = linked[row.connection_id]
        if connection.state is ConnectionState.REVOKED:
            text = f"{row.name} gets no results: {provider_name(connection.provider)} is disconnected"
            yield Concern(text, "/connections", "Connect")


def _switched_off_endpoints(session: Session, organisation_id: str) -> Iterator[Concern]:
    for row in Endpoints(session, organisation_id).all():
        if row.is_switched_off:
            yield Concern(f"{row.url} gets no events: {row.disabled_reason}", "/webhooks", "Open webhooks")


def _dead_deliveries(session: Session, organisation_id: str, since: datetime) -> Iterator[Concern]:
    dead = _count(session, Delivery, organisation_id, since, Delivery.state == DeliveryState.DEAD)
    if dead:
        yield Concern(f"{_counted(dead, 'delivery', 'deliveries')} gave up", "/deliveries?state=dead", "See why")


def _failed_meetings(session: Session, organisation_id: str, since: datetime) -> Iterator[Concern]:
    failed = _count(session, Meeting, organisation_id, since, Meeting.state == MeetingState.FAILED)
    if failed:
        text = f"{_counted(failed, 'meeting', 'meetings')} could not be analysed"
        yield Concern(text, "/meetings?state=failed", "See why")


def _figures(session: Session, organisation_id: str, since: datetime) -> Figures:
    completed = Analysis.state == AnalysisState.COMPLETED
    alerts = select(func.sum(Analysis.alert_count)).where(
        Analysis.organisation_id == organisation_id, col(Analysis.created_at) >= since, completed
    )
    return Figures(
        analysed=_count(session, Meeting, organisation_id, since, Meeting.state == MeetingState.COMPLETED),
        alerts=session.exec(alerts).one() or 0,
        delivered=_count(session, Delivery, organisation_id, since, Delivery.state == DeliveryState.SUCCEEDED),
    )


def _count(
    session: Session, model: type[Meeting] | type[Delivery], organisation_id: str, since: datetime, condition: bool
) -> int:
    statement = select(func.count()).where(
        model.organisation_id == organisation_id, col(model.created_at) >= since, condition
    )
    return session.exec(statement).one()


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
