"""Deliveries: what was sent, what is waiting, and sending it again."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from hub.accounts import audit
from hub.connections.models import Connection, ConnectionState
from hub.deliveries.models import Attempt, Delivery, DeliveryState, Destination
from hub.deliveries.outbox import WAITS_FOR_RECONNECT
from hub.deliveries.queueing import enqueue_attempt
from hub.deliveries.repository import Attempts, Deliveries
from hub.errors import Conflict, NotFound
from hub.kit.pagination import Page, page
from hub.runtime import Runtime


def list_deliveries(
    runtime: Runtime,
    organisation_id: str,
    *,
    state: DeliveryState | None = None,
    meeting_id: str | None = None,
    endpoint_id: str | None = None,
    destination_id: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Delivery]:
    """A page of deliveries, newest first, narrowed by what is given."""
    wanted = {"state": state, "meeting_id": meeting_id, "endpoint_id": endpoint_id, "destination_id": destination_id}
    where = [getattr(Delivery, name) == value for name, value in wanted.items() if value is not None]
    with runtime.database.transaction() as session:
        return page(Deliveries(session, organisation_id), limit=limit, cursor=cursor, where=where)


def list_attempts(runtime: Runtime, organisation_id: str, delivery_id: str) -> Sequence[Attempt]:
    """Every attempt of one delivery, oldest first."""
    with runtime.database.transaction() as session:
        return Attempts(session, organisation_id).of_delivery(delivery_id)


def replay(runtime: Runtime, organisation_id: str, delivery_id: str, *, actor: str) -> Delivery:
    """Send again, as the delivery's next generation. Raises `NotFound`, and `Conflict` while it is still on its way."""
    with runtime.database.transaction() as session:
        delivery = Deliveries(session, organisation_id).get(delivery_id)
        if delivery is None:
            raise NotFound("There is no such delivery.")
        _require_replayable(delivery)
        delivery.generation += 1
        delivery.state, delivery.state_reason = DeliveryState.PENDING, "sent again by a member"
        delivery.finished_at = None
        enqueue_attempt(session, delivery, number=0)
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor,
            action="delivery.replayed",
            subject=delivery.id,
            at=runtime.clock(),
        )
        return delivery


def resume_parked(runtime: Runtime) -> int:
    """Start again what waited for a reconnection that has happened; gives how many deliveries."""
    with runtime.database.transaction() as session:
        parked = session.exec(
            select(Delivery)
            .join(Destination, col(Delivery.destination_id) == col(Destination.id))
            .join(Connection, col(Destination.connection_id) == col(Connection.id))
            .where(
                Delivery.state == DeliveryState.PENDING,
                Delivery.state_reason == WAITS_FOR_RECONNECT,
                Connection.state == ConnectionState.ACTIVE,
            )
        ).all()
        for delivery in parked:
            _resume(session, delivery)
        return len(parked)


def _resume(session: Session, delivery: Delivery) -> None:
    tried = Attempts(session, delivery.organisation_id).of_delivery(delivery.id)
    numbers = [attempt.number for attempt in tried if attempt.generation == delivery.generation]
    delivery.state_reason = "resumed after reconnecting"
    enqueue_attempt(session, delivery, number=max(numbers, default=-1) + 1)


def _require_replayable(delivery: Delivery) -> None:
    if delivery.state is DeliveryState.PENDING:
        raise Conflict("This delivery is still on its way.")
    if delivery.destination_id is None and delivery.endpoint_id is None:
        raise Conflict("The destination of this delivery no longer exists.")
