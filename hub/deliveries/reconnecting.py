"""Tells subscribers that only a person can repair a connection."""

from datetime import datetime

from sqlmodel import Session

from hub.connections.models import Connection
from hub.deliveries.messages import Event, announce


def announce_reconnect(session: Session, connection_id: str, reason: str, now: datetime) -> None:
    """Announce it once for each authorisation that was lost, however much work meets the loss."""
    connection = session.get_one(Connection, connection_id)
    data = {"connection_id": connection.id, "provider": connection.provider, "reason": reason}
    key = f"{connection.id}:v{connection.token_version}"
    announce(session, connection.organisation_id, Event("connection.reconnect_required", key, now, data))
