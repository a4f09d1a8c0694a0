"""Puts a delivery's next attempt on its queue, in the caller's transaction."""

from typing import Final

from sqlmodel import Session

from hub.connections.models import Connection
from hub.deliveries.models import Delivery, Destination
from hub.engine import queues
from hub.engine.enqueue import Work, enqueue

DELIVER: Final = "deliver"


def enqueue_attempt(session: Session, delivery: Delivery, *, number: int, delay_s: float = 0.0) -> None:
    """Attempt `number` of the delivery's current generation, `delay_s` from now; asking again does nothing."""
    queue, partition = _queue_of(session, delivery)
    work = Work(
        workflow=DELIVER,
        queue=queue,
        id=f"dlv:{delivery.id}:g{delivery.generation}:a{number}",
        args=(delivery.id, delivery.generation, number),
        partition=partition,
        delay_s=delay_s,
    )
    enqueue(session, work)


def _queue_of(session: Session, delivery: Delivery) -> tuple[str, str | None]:
    if delivery.destination_id is None:
        return queues.WEBHOOKS, None
    destination = session.get_one(Destination, delivery.destination_id)
    connection = session.get_one(Connection, destination.connection_id)
    return queues.outbound(connection.provider), connection.id
