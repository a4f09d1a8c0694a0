"""Switches webhook endpoints off, and says so to the others."""

from datetime import datetime

from sqlmodel import Session

from hub.deliveries.messages import Event, announce
from hub.deliveries.models import Delivery, WebhookEndpoint


def switch_off(session: Session, endpoint: WebhookEndpoint, reason: str, now: datetime) -> None:
    """Announce nothing further to this endpoint until somebody resumes it; `reason` is for people."""
    endpoint.enabled, endpoint.disabled_reason = False, reason
    session.flush()
    data = {"endpoint_id": endpoint.id, "reason": reason}
    event = Event("endpoint.disabled", f"{endpoint.id}:{now.timestamp()}", now, data)
    announce(session, endpoint.organisation_id, event)


def switch_off_endpoint(session: Session, delivery_id: str, reason: str, now: datetime) -> None:
    """The same for the endpoint of a delivery, if it still exists."""
    delivery = session.get_one(Delivery, delivery_id)
    endpoint = session.get(WebhookEndpoint, delivery.endpoint_id) if delivery.endpoint_id else None
    if endpoint is not None and endpoint.enabled:
        switch_off(session, endpoint, reason, now)
