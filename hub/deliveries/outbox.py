"""The life of a delivery between its calls: begin an attempt, record what came of it, decide what happens next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from connectors.base.errors import ConnectorError
from connectors.base.records import Receipt
from hub.deliveries import receipts
from hub.deliveries.messages import Event, announce
from hub.deliveries.models import Attempt, Delivery, DeliveryState, Destination, WebhookEndpoint
from hub.deliveries.queueing import enqueue_attempt
from hub.deliveries.repository import Attempts
from hub.engine.retry import Decision, DecisionKind, decide
from hub.kit.insert import insert_once
from hub.meetings import timeline

STARTED: Final = "started"
SUCCEEDED: Final = "succeeded"
WAITS_FOR_RECONNECT: Final = "waits for reconnect"


@dataclass(frozen=True)
class Try:
    """Which attempt of which delivery."""

    delivery_id: str
    generation: int
    number: int


@dataclass(frozen=True)
class Outcome:
    """What one call came to: a receipt, or the connector's error. `duration_ms` is the call's own time."""

    receipt: Receipt | None
    error: ConnectorError | None
    duration_ms: int
    status: int | None = None


def begin(session: Session, this: Try, now: datetime) -> bool | None:
    """Note the attempt before the call is made.

    None when there is nothing to do: the delivery is finished or was replayed meanwhile. Otherwise whether this
    very attempt was begun before, by a process that died: then the call may have been made already.
    """
    delivery = session.get(Delivery, this.delivery_id)
    if delivery is None or delivery.state is not DeliveryState.PENDING or delivery.generation != this.generation:
        return None
    attempt = Attempt(
        organisation_id=delivery.organisation_id,
        delivery_id=delivery.id,
        generation=this.generation,
        number=this.number,
        outcome=STARTED,
        at=now,
    )
    return not insert_once(session, attempt, on=("delivery_id", "generation", "number"))


def finish(session: Session, this: Try, outcome: Outcome, now: datetime) -> None:
    """Record the outcome and arrange what follows: done, a later attempt, the dead letters, or a wait for a person."""
    delivery = session.get_one(Delivery, this.delivery_id)
    if outcome.error is None:
        _succeed(session, delivery, this, outcome.receipt or Receipt(summary="delivered"), now)
        _note(session, delivery, this, outcome, "done")
        return
    decision = decide(outcome.error, this.number)
    _note(session, delivery, this, outcome, decision.why)
    _follow(session, delivery, this, outcome.error, decision, now)


def skip(session: Session, delivery: Delivery, reason: str, now: datetime) -> None:
    """End a delivery that will not be made, with the reason in words."""
    delivery.state, delivery.state_reason = DeliveryState.SKIPPED, reason
    delivery.finished_at, delivery.next_attempt_at = now, None
    _tell(session, delivery, "delivery.skipped", "0", reason, now)


def _succeed(session: Session, delivery: Delivery, this: Try, receipt: Receipt, now: datetime) -> None:
    delivery.state, delivery.state_reason = DeliveryState.SUCCEEDED, "; ".join(receipt.warnings)
    delivery.receipt = receipts.to_json(receipt)
    delivery.finished_at, delivery.next_attempt_at = now, None
    _tell(session, delivery, "delivery.succeeded", f"{this.generation}", receipt.summary, now)


def _follow(
    session: Session, delivery: Delivery, this: Try, error: ConnectorError, decision: Decision, now: datetime
) -> None:
    match decision.kind:
        case DecisionKind.RETRY:
            delivery.state_reason = f"{error.message}: {decision.why}"
            delivery.next_attempt_at = now + timedelta(seconds=decision.delay_s)
            enqueue_attempt(session, delivery, number=this.number + 1, delay_s=decision.delay_s)
        case DecisionKind.WAIT_FOR_RECONNECT:
            delivery.state_reason, delivery.next_attempt_at = WAITS_FOR_RECONNECT, None
            _tell(session, delivery, "delivery.parked", f"{this.generation}:{this.number}", error.message, now)
        case DecisionKind.DEAD_LETTER:
            _bury(session, delivery, this, error, now)


def _bury(session: Session, delivery: Delivery, this: Try, error: ConnectorError, now: datetime) -> None:
    delivery.state, delivery.state_reason = DeliveryState.DEAD, error.message
    delivery.finished_at, delivery.next_attempt_at = now, None
    _tell(session, delivery, "delivery.failed", f"{this.generation}", error.message, now)
    if delivery.kind != "webhook":  # a failing endpoint is not told, by itself, that it fails
        announce(session, delivery.organisation_id, _failed_event(delivery, error, now))


def _failed_event(delivery: Delivery, error: ConnectorError, now: datetime) -> Event:
    data = {"delivery_id": delivery.id, "destination_id": delivery.destination_id, "reason": error.message}
    return Event(
        type="delivery.failed",
        key=f"{delivery.id}:g{delivery.generation}",
        occurred_at=now,
        data={**data, "meeting_id": delivery.meeting_id, "analysis_id": delivery.analysis_id},
        meeting_id=delivery.meeting_id,
        analysis_id=delivery.analysis_id,
    )


def _note(session: Session, delivery: Delivery, this: Try, outcome: Outcome, decision: str) -> None:
    attempt = Attempts(session, delivery.organisation_id).find(this.delivery_id, this.generation, this.number)
    if attempt is None:
        raise LookupError(f"attempt {this} was never begun")
    attempt.outcome = SUCCEEDED if outcome.error is None else type(outcome.error).__name__
    attempt.status = outcome.status if outcome.error is None else outcome.error.status
    attempt.message = outcome.error.message if outcome.error else (outcome.receipt.summary if outcome.receipt else "")
    attempt.decision, attempt.duration_ms = decision, outcome.duration_ms


def _whom(session: Session, delivery: Delivery) -> str:
    """Whom it is for, in words; empty once that was deleted."""
    if delivery.endpoint_id is not None:
        endpoint = session.get(WebhookEndpoint, delivery.endpoint_id)
        return (endpoint.description or endpoint.url) if endpoint else ""
    destination = session.get(Destination, delivery.destination_id) if delivery.destination_id else None
    return destination.name if destination else ""


def _tell(session: Session, delivery: Delivery, step: str, key: str, message: str, now: datetime) -> None:
    if delivery.meeting_id is None:
        return
    timeline.record(
        session,
        organisation_id=delivery.organisation_id,
        meeting_id=delivery.meeting_id,
        step=step,
        key=f"{delivery.id}:{key}",
        message=message,
        details={"delivery_id": delivery.id, "kind": delivery.kind, "to": _whom(session, delivery)},
        at=now,
    )
