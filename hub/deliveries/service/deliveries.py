"""Deliveries: what was sent, what is waiting, and sending it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, func, or_, select

from hub.accounts import audit
from hub.connections.models import Connection, ConnectionState
from hub.deliveries.models import Attempt, Delivery, DeliveryState, Destination
from hub.deliveries.outbox import WAITS_FOR_RECONNECT
from hub.deliveries.queueing import enqueue_attempt
from hub.deliveries.repository import Attempts, Deliveries
from hub.errors import Conflict, NotFound
from hub.kit.pagination import Page, page
from hub.runtime import Runtime

MOST_RECOVERED: Final = 1000


@dataclass(frozen=True)
class Wanted:
    """Which deliveries: those that fit all that is given. `since` is the first moment of their making, `until` the
    first one after it."""

    state: DeliveryState | None = None
    meeting_id: str | None = None
    endpoint_id: str | None = None
    destination_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    sendable: bool = False
    """Only those whose destination or endpoint still exists."""

    def conditions(self) -> list[Any]:
        """As conditions of a query."""
        names = ("state", "meeting_id", "endpoint_id", "destination_id")
        given = [(getattr(Delivery, name), getattr(self, name)) for name in names]
        return [
            *(column == value for column, value in given if value is not None),
            *([col(Delivery.created_at) >= self.since] if self.since else []),
            *([col(Delivery.created_at) < self.until] if self.until else []),
            *([_has_a_place()] if self.sendable else []),
        ]


def _has_a_place() -> Any:
    return or_(col(Delivery.destination_id).is_not(None), col(Delivery.endpoint_id).is_not(None))


def list_deliveries(
    runtime: Runtime, organisation_id: str, wanted: Wanted, *, limit: int = 50, cursor: str | None = None
) -> Page[Delivery]:
    """A page of deliveries, newest first."""
    with runtime.database.transaction() as session:
        return page(Deliveries(session, organisation_id), limit=limit, cursor=cursor, where=wanted.conditions())


def count_deliveries(session: Session, organisation_id: str, wanted: Wanted) -> int:
    """How many there are."""
    own = Delivery.organisation_id == organisation_id
    return session.exec(select(func.count()).select_from(Delivery).where(own, *wanted.conditions())).one()


def recover(runtime: Runtime, organisation_id: str, wanted: Wanted, *, actor: str) -> int:
    """Send all of these again, oldest first and at most a thousand; gives how many are on their way."""
    with runtime.database.transaction() as session:
        repository = Deliveries(session, organisation_id)
        found = repository.select().where(*wanted.conditions()).order_by(col(Delivery.id)).limit(MOST_RECOVERED)
        ids = [row.id for row in repository.all(found)]
    return sum(_replays(runtime, organisation_id, delivery_id, actor) for delivery_id in ids)


def _replays(runtime: Runtime, organisation_id: str, delivery_id: str, actor: str) -> bool:
    try:
        replay(runtime, organisation_id, delivery_id, actor=actor)
    except Conflict:  # it is on its way already, or has nowhere to go any more
        return False
    return True


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
