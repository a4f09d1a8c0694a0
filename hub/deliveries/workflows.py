"""One attempt of one delivery, as a durable workflow: one remote call for each start."""

import asyncio
import time

import structlog
from opentelemetry.trace import SpanKind

from connectors.base.errors import ConnectorError, RequestRejected
from connectors.base.records import Receipt
from hub import runtime as runtimes
from hub.deliveries import outbox
from hub.deliveries.models import Delivery
from hub.deliveries.outbox import Outcome, Try
from hub.deliveries.queueing import DELIVER
from hub.deliveries.sending import Unneeded, send
from hub.deliveries.switching import switch_off_endpoint
from hub.engine import durable
from hub.kit.patience import store_patiently
from hub.observability import tracing
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)


@durable.workflow(DELIVER)
async def deliver(delivery_id: str, generation: int, number: int) -> None:
    """Make one attempt. What follows from it, such as a later attempt, is arranged in the same transaction."""
    await attempt(delivery_id, generation, number)


@durable.step("attempt_delivery")
async def attempt(delivery_id: str, generation: int, number: int) -> None:
    """Note the attempt, call, record the outcome."""
    runtime, this = runtimes.current(), Try(delivery_id, generation, number)
    repeated = await asyncio.to_thread(_begin, runtime, this)
    if repeated is None:
        return
    if repeated:
        _log.info("delivery.repeated", delivery_id=delivery_id, generation=generation, number=number)
    started = time.monotonic()
    try:
        receipt, error = await _call(runtime, delivery_id)
    except Unneeded as reason:
        await asyncio.to_thread(_skip, runtime, this, str(reason))
        return
    outcome = Outcome(receipt, error, duration_ms=int((time.monotonic() - started) * 1000))
    await asyncio.to_thread(_finish, runtime, this, outcome)


async def _call(runtime: Runtime, delivery_id: str) -> tuple[Receipt | None, ConnectorError | None]:
    try:
        with tracing.span("delivery.call", SpanKind.CLIENT, hub__delivery_id=delivery_id):
            return await send(runtime, delivery_id), None
    except ConnectorError as error:
        return None, error
    except (Unneeded, *durable.StoreTrouble):
        raise
    except Exception as error:  # a fault of ours must end in the dead letters, not in a delivery that hangs
        _log.exception("delivery.failed", delivery_id=delivery_id)
        return None, RequestRejected(
            f"something went wrong on our side ({type(error).__name__})", code="internal_error"
        )


def _begin(runtime: Runtime, this: Try) -> bool | None:
    with runtime.database.transaction() as session:
        return outbox.begin(session, this, runtime.clock())


def _skip(runtime: Runtime, this: Try, reason: str) -> None:
    with runtime.database.transaction() as session:
        outbox.skip(session, session.get_one(Delivery, this.delivery_id), reason, runtime.clock())


@store_patiently
def _finish(runtime: Runtime, this: Try, outcome: Outcome) -> None:
    with runtime.database.transaction() as session:
        outbox.finish(session, this, outcome, runtime.clock())
        if outcome.error is not None and outcome.error.code == "gone":
            switch_off_endpoint(session, this.delivery_id, "the endpoint answered that it is gone", runtime.clock())
