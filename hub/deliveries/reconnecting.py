"""Tells subscribers that a connection does not work until somebody repairs it."""

from datetime import datetime

from sqlmodel import Session

from hub.connections.models import Connection
from hub.deliveries.messages import Event, announce


def announce_reconnect(session: Session, connection_id: str, reason: str, now: datetime) -> None:
    """Announce it once for each authorisation that was lost, however much work meets the loss."""
    _announce(session, "connection.reconnect_required", connection_id, reason, now)


def announce_refusal(session: Session, connection_id: str, reason: str, now: datetime) -> None:
    """Announce once that a provider refuses the hub's app; again only after it was accepted in between."""
    _announce(session, "connection.app_refused", connection_id, reason, now)


def _announce(session: Session, event_type: str, connection_id: str, reason: str, now: datetime) -> None:
    connection = session.get_one(Connection, connection_id)
    data = {"connection_id": connection.id, "provider": connection.provider, "reason": reason}
    key = f"{connection.id}:v{connection.token_version}"
    announce(session, connection.organisation_id, Event(event_type, key, now, data))
