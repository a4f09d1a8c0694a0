"""What was sent, what came back, and sending it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlmodel import Session, col

from connectors.base.records import Receipt
from hub.accounts.dependencies import CurrentAdmin, CurrentMember, CurrentRuntime, verify_csrf
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.console.delivery_filter import DeliveryFilter, in_form, in_query
from hub.console.providers import find_manifest
from hub.console.rendering import page, redirect
from hub.console.sign_in import local_path
from hub.console.states import DELIVERY, Shown
from hub.deliveries import service
from hub.deliveries.models import Attempt, Delivery, DeliveryState, Message
from hub.deliveries.receipts import from_json, stands
from hub.deliveries.repository import Attempts, Destinations, Endpoints, Messages
from hub.deliveries.service.undoing import UndoReport, can_be_undone, report_of
from hub.errors import Conflict
from hub.meetings.repository import Meetings

router = APIRouter()
_PAGE_LENGTH: Final = 40


@dataclass(frozen=True)
class DeliveryRow:
    """One delivery with its attempts, for the log and the meeting page."""

    delivery: Delivery
    to: str
    event_type: str
    meeting_title: str
    shown: Shown
    attempts: tuple[Attempt, ...]
    receipt: Receipt
    can_undo: bool = False
    undone: UndoReport | None = None
    sends_another: bool = False
    """Whether sending again adds a message to one that stands there."""

    @property
    def can_replay(self) -> bool:
        """Finished, and its destination still exists."""
        known = self.delivery.destination_id or self.delivery.endpoint_id
        return self.delivery.state != DeliveryState.PENDING and known is not None


@router.get("/deliveries")
def deliveries(
    request: Request,
    member: CurrentMember,
    runtime: CurrentRuntime,
    narrowed: Annotated[DeliveryFilter, Depends(in_query)],
    cursor: str = "",
) -> Response:
    """Newest first, narrowed by state, place and days."""
    organisation_id, wanted = member.organisation_id, narrowed.wanted()
    found = service.list_deliveries(runtime, organisation_id, wanted, limit=_PAGE_LENGTH, cursor=cursor or None)
    with runtime.database.transaction() as session:
        return page(
            request,
            "deliveries/list.html",
            member=member,
            rows=delivery_rows(session, organisation_id, found.rows),
            narrowed=narrowed,
            places=_names(session, organisation_id),
            gave_up=service.count_deliveries(session, organisation_id, narrowed.dead()),
            most=service.MOST_RECOVERED,
            states=DELIVERY,
            next_cursor=found.next_cursor,
        )


@router.post("/deliveries/recover", dependencies=[Depends(verify_csrf)])
def recover(
    request: Request,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    narrowed: Annotated[DeliveryFilter, Depends(in_form)],
) -> Response:
    """Send again all that gave up, of what the list was narrowed to."""
    sent = service.recover(runtime, admin.organisation_id, narrowed.dead(), actor=admin.user_id)
    said = f"{sent} {'delivery is' if sent == 1 else 'deliveries are'} being sent again."
    return redirect(request, f"/deliveries?{urlencode(narrowed.parts())}", said, "note")


@router.post("/deliveries/{delivery_id}/replay", dependencies=[Depends(verify_csrf)])
def replay(
    request: Request,
    delivery_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    back: Annotated[str, Form()] = "/deliveries",
) -> Response:
    """Send again, and go back to where the button was."""
    try:
        service.replay(runtime, admin.organisation_id, delivery_id, actor=admin.user_id)
    except Conflict as error:
        return redirect(request, local_path(back), error.message, "note")
    return redirect(request, local_path(back), "It is being sent again.", "note")


def delivery_rows(session: Session, organisation_id: str, found: Sequence[Delivery]) -> list[DeliveryRow]:
    """Deliveries with names and attempts, in the order given."""
    attempts = Attempts(session, organisation_id)
    statement = attempts.select().where(col(Attempt.delivery_id).in_([each.id for each in found]))
    tried = attempts.all(statement.order_by(col(Attempt.id)))
    names = _names(session, organisation_id)
    connections = _connections(session, organisation_id)
    titles = _titles(session, organisation_id, found)
    events = _event_types(session, organisation_id, found)
    return [
        DeliveryRow(
            delivery=each,
            to=names.get(each.destination_id or each.endpoint_id or "") or _former(each),
            event_type=events.get(each.message_id or "", ""),
            meeting_title=titles.get(each.meeting_id or "", ""),
            shown=DELIVERY[each.state],
            attempts=tuple(attempt for attempt in tried if attempt.delivery_id == each.id),
            receipt=from_json(each.receipt) or Receipt(""),
            can_undo=stands(each.receipt)
            and not can_be_undone(session, each, connections.get(each.destination_id or "")),
            undone=report_of(session, each),
            sends_another=_sends_another(each, connections.get(each.destination_id or "")),
        )
        for each in found
    ]


def _former(delivery: Delivery) -> str:
    return f"{delivery.former_name} (removed)" if delivery.former_name else "A destination that was removed"


def _sends_another(delivery: Delivery, connection: Connection | None) -> bool:
    manifest = find_manifest(connection.provider) if connection else None
    return delivery.state is DeliveryState.SUCCEEDED and manifest is not None and not manifest.updates_messages


def _connections(session: Session, organisation_id: str) -> dict[str, Connection]:
    """The connection of each destination."""
    linked = {row.id: row for row in ConnectionRepository(session, organisation_id).all()}
    return {row.id: linked[row.connection_id] for row in Destinations(session, organisation_id).all()}


def _names(session: Session, organisation_id: str) -> dict[str, str]:
    destinations = {row.id: row.name for row in Destinations(session, organisation_id).all()}
    endpoints = {row.id: row.url for row in Endpoints(session, organisation_id).all()}
    return {**destinations, **endpoints}


def _titles(session: Session, organisation_id: str, found: Sequence[Delivery]) -> dict[str, str]:
    rows = Meetings(session, organisation_id)
    wanted = {each.meeting_id for each in found if each.meeting_id}
    return {row.id: row.title for row in rows.all(rows.select().where(col(rows.model.id).in_(wanted)))}


def _event_types(session: Session, organisation_id: str, found: Sequence[Delivery]) -> dict[str, str]:
    """What webhook deliveries announce; results for destinations announce nothing but themselves."""
    rows = Messages(session, organisation_id)
    wanted = {each.message_id for each in found if each.endpoint_id and each.message_id}
    return {row.id: row.event_type for row in rows.all(rows.select().where(col(Message.id).in_(wanted)))}
