"""The provider says that a subscription ends, has ended or has missed something."""

import asyncio

import structlog

from connectors.base.errors import ConnectorError
from hub.connections.errors import ConnectionMissing
from hub.connections.models import Connection
from hub.connections.service.access import ConnectionKey
from hub.connections.service.subscribe import keep_subscribed
from hub.engine.enqueue import enqueue
from hub.engine.retry import DecisionKind, decide
from hub.ingest.reconciliation import ask_to_reconcile
from hub.ingest.service import subscribing_work
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)


async def renew(runtime: Runtime, connection_id: str, event_id: str, attempt: int) -> None:
    """One try; a later one is arranged where time may help. What was not announced meanwhile is looked for at once."""
    connection = await asyncio.to_thread(_begin, runtime, connection_id, attempt)
    if connection is None:
        return
    key = ConnectionKey(connection.organisation_id, connection.id)
    try:
        await keep_subscribed(runtime, key, connection.provider, asked=True)
    except ConnectorError as error:
        await asyncio.to_thread(_later, runtime, connection_id, event_id, error, attempt)
    except ConnectionMissing as error:
        _log.info("subscription.not_renewed", connection_id=connection_id, reason=str(error))


def _begin(runtime: Runtime, connection_id: str, attempt: int) -> Connection | None:
    with runtime.database.transaction() as session:
        connection = session.get(Connection, connection_id)
        if connection is not None and attempt == 0:
            ask_to_reconcile(session, connection, runtime.clock())
        return connection


def _later(runtime: Runtime, connection_id: str, event_id: str, error: ConnectorError, attempt: int) -> None:
    decision = decide(error, attempt)
    _log.warning("subscription.not_renewed", connection_id=connection_id, reason=error.message, next=decision.why)
    if decision.kind is not DecisionKind.RETRY:
        return
    with runtime.database.transaction() as session:
        enqueue(session, subscribing_work(connection_id, event_id, attempt=attempt + 1, delay_s=decision.delay_s))
