"""The set-up checklist: what a new organisation does first, and what of it is done."""

from dataclasses import dataclass

from sqlmodel import Session

from connectors.base.manifest import Capability
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.console.providers import capabilities
from hub.deliveries.repository import Destinations, Endpoints
from hub.meetings.repository import Meetings


@dataclass(frozen=True)
class Step:
    """One line of the checklist."""

    title: str
    help: str
    href: str
    action: str
    done: bool


def setup_steps(session: Session, organisation_id: str) -> list[Step]:
    """The four steps, in order."""
    connected = _connected(session, organisation_id)
    receiving = _receiving(session, organisation_id)
    return [
        Step(
            "Connect where your calls are recorded",
            "Recordings are fetched when they are ready, and deleted as soon as they are analysed.",
            "/connections",
            "Connect a source",
            Capability.SOURCE in connected,
        ),
        Step(
            "Write results to your CRM",
            "You see every change to your CRM before it is made.",
            "/destinations",
            "Choose a CRM",
            Capability.DESTINATION in receiving,
        ),
        Step(
            "Tell your team",
            "A message in a channel, by a rule you set, or a signed webhook to your own systems.",
            "/destinations",
            "Add a channel",
            Capability.NOTIFIER in receiving or _has_endpoint(session, organisation_id),
        ),
        Step(
            "See your first meeting",
            "Record a call as usual. It appears minutes after it ends.",
            "/meetings",
            "Open meetings",
            _has_meeting(session, organisation_id),
        ),
    ]


def _connected(session: Session, organisation_id: str) -> set[Capability]:
    rows = ConnectionRepository(session, organisation_id)
    active = rows.all(rows.select().where(Connection.state == ConnectionState.ACTIVE))
    return {capability for row in active for capability in capabilities(row.provider)}


def _receiving(session: Session, organisation_id: str) -> set[Capability]:
    providers = {row.id: row.provider for row in ConnectionRepository(session, organisation_id).all()}
    enabled = [row for row in Destinations(session, organisation_id).all() if row.enabled]
    return {capability for row in enabled for capability in capabilities(providers[row.connection_id])}


def _has_endpoint(session: Session, organisation_id: str) -> bool:
    return any(row.enabled for row in Endpoints(session, organisation_id).all())


def _has_meeting(session: Session, organisation_id: str) -> bool:
    rows = Meetings(session, organisation_id)
    return bool(rows.all(rows.select().limit(1)))
