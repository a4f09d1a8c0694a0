"""Answers what people ask at a messaging provider: about results that came to the place where they ask, nothing else.

Whoever can read that place has seen those results already; everybody else of the organisation's results stays unsaid.
"""

from collections.abc import Sequence
from typing import Final

from sqlmodel import Session, col

from connectors import registry
from connectors.base.inbound import Reply
from connectors.base.records import Command
from hub.analysis.models import Analysis
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository, connections_of_account
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.deliveries.report import build_report
from hub.deliveries.repository import Deliveries, Destinations
from hub.meetings.models import Meeting
from hub.meetings.repository import Participants
from hub.runtime import Runtime

HELP: Final = (
    "last: the newest result that was sent here\n"
    "status: whether results arrive here, and whether the connected accounts work\n"
    "help: this text"
)
_NOT_CONNECTED: Final = "This account is not connected to the hub. An admin can connect it in the hub's console."
_NOTHING_YET: Final = "No result was sent here yet."
_NOT_HERE: Final = "Results are not sent here. An admin can choose where they go in the hub's console."
_STATES: Final = {
    ConnectionState.ACTIVE: "works",
    ConnectionState.RECONNECT: "has to be connected again",
    ConnectionState.REFUSED: "refuses the hub's app",
    ConnectionState.REVOKED: "is disconnected",
}


def reply(runtime: Runtime, provider: str, command: Command) -> Reply:
    """What to say; fast, because people wait: nothing is asked of any provider."""
    wish = command.words[0] if command.words else "help"
    with runtime.database.transaction() as session:
        found = [row for row in connections_of_account(session, provider, command.account_id) if _is_active(row)]
        if not found:
            return Reply(_NOT_CONNECTED)
        here = [row for connection in found for row in _destinations(session, connection, command.place)]
        if wish == "last":
            return _last(session, runtime, here)
        if wish == "status":
            return _status(session, here)
    return Reply(HELP)


def _is_active(connection: Connection) -> bool:
    return connection.state is ConnectionState.ACTIVE


def _destinations(session: Session, connection: Connection, place: str) -> Sequence[Destination]:
    rows = Destinations(session, connection.organisation_id).all()
    return [row for row in rows if row.connection_id == connection.id and place and place in row.target.values()]


def _last(session: Session, runtime: Runtime, here: Sequence[Destination]) -> Reply:
    if not here:
        return Reply(_NOT_HERE)
    found = [delivery for row in here if (delivery := _newest(session, row)) is not None]
    if not found:
        return Reply(_NOTHING_YET)
    newest = max(found, key=lambda delivery: delivery.id)
    analysis = session.get_one(Analysis, newest.analysis_id)
    meeting = session.get_one(Meeting, newest.meeting_id)
    people = Participants(session, newest.organisation_id).of_meeting(meeting.id)
    return Reply("", build_report(runtime.settings, meeting, analysis, people))


def _newest(session: Session, destination: Destination) -> Delivery | None:
    deliveries = Deliveries(session, destination.organisation_id)
    sent = deliveries.select().where(
        Delivery.destination_id == destination.id,
        Delivery.state == DeliveryState.SUCCEEDED,
        col(Delivery.meeting_id).is_not(None),
    )
    return session.exec(sent.order_by(col(Delivery.id).desc())).first()


def _status(session: Session, here: Sequence[Destination]) -> Reply:
    if not here:
        return Reply(_NOT_HERE)
    organisations = dict.fromkeys(row.organisation_id for row in here)
    lines = [_of_destination(session, row) for row in here]
    lines += [line for organisation_id in organisations for line in _of_accounts(session, organisation_id)]
    return Reply("\n".join(lines))


def _of_destination(session: Session, row: Destination) -> str:
    counts = {state: len(_in_state(session, row, state)) for state in (DeliveryState.PENDING, DeliveryState.DEAD)}
    doing = "Results are sent here" if row.enabled else "Sending results here is paused"
    told = [f"{counts[DeliveryState.PENDING]} on their way", f"{counts[DeliveryState.DEAD]} could not be delivered"]
    return f"{doing}: {', '.join(told)}."


def _in_state(session: Session, row: Destination, state: DeliveryState) -> Sequence[Delivery]:
    deliveries = Deliveries(session, row.organisation_id)
    wanted = deliveries.select().where(Delivery.destination_id == row.id, Delivery.state == state)
    return deliveries.all(wanted)


def _of_accounts(session: Session, organisation_id: str) -> list[str]:
    rows = ConnectionRepository(session, organisation_id).all()
    return [f"{registry.manifest(row.provider).name} {_STATES[row.state]}." for row in rows]
