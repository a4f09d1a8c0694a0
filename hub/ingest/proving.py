"""Somebody of an account removed the app, and not whom we were connected by: was it for everybody?"""

import asyncio

import structlog

from connectors.base.errors import AuthorizationLost, ConnectorError
from hub.connections.errors import ConnectionMissing
from hub.connections.models import Connection, ConnectionState
from hub.connections.service.access import APP_REFUSED, ConnectionKey
from hub.connections.service.check import check_connection
from hub.engine.enqueue import Work, enqueue
from hub.engine.retry import DecisionKind, decide
from hub.ingest.models import InboundEvent
from hub.ingest.service import forgetting_work, proving_work
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)


async def prove(runtime: Runtime, connection_id: str, event_id: str, attempt: int) -> None:
    """One try: where the provider no longer knows our access, what came from there is deleted, otherwise nothing is.

    A connection that did not work before proves nothing; one that stopped working since the event proves it.
    """
    connection, event = await asyncio.to_thread(_load, runtime, connection_id, event_id)
    if connection is None or event is None:
        return
    if _lost_since(connection, event):
        await asyncio.to_thread(_forget, runtime, event)
    if connection.state is not ConnectionState.ACTIVE:
        return
    try:
        await check_connection(runtime, ConnectionKey(connection.organisation_id, connection.id))
    except AuthorizationLost as error:
        if error.code != APP_REFUSED:
            await asyncio.to_thread(_forget, runtime, event)
    except ConnectorError as error:
        await asyncio.to_thread(_later, runtime, connection_id, event_id, error, attempt)
    except ConnectionMissing as error:
        _log.info("deauthorization.not_proven", connection_id=connection_id, reason=str(error))
    else:
        _log.info("deauthorization.by_somebody_else", connection_id=connection_id)


def _load(runtime: Runtime, connection_id: str, event_id: str) -> tuple[Connection | None, InboundEvent | None]:
    with runtime.database.transaction() as session:
        return session.get(Connection, connection_id), session.get(InboundEvent, event_id)


def _lost_since(connection: Connection, event: InboundEvent) -> bool:
    """Whether another call met the end of our access, or an earlier try of this one that was cut off."""
    at = connection.checked_at
    return connection.state is ConnectionState.RECONNECT and at is not None and at >= event.received_at


def _forget(runtime: Runtime, event: InboundEvent) -> None:
    with runtime.database.transaction() as session:
        enqueue(session, forgetting_work(event))


def _later(runtime: Runtime, connection_id: str, event_id: str, error: ConnectorError, attempt: int) -> None:
    decision = decide(error, attempt)
    _log.warning("deauthorization.not_proven", connection_id=connection_id, reason=error.message, next=decision.why)
    if decision.kind is not DecisionKind.RETRY:
        return
    work: Work = proving_work(connection_id, event_id, attempt=attempt + 1, delay_s=decision.delay_s)
    with runtime.database.transaction() as session:
        enqueue(session, work)
