"""Incomplete events: ask the provider what they are about, and take in what comes of it."""

import asyncio
from typing import cast

import structlog

from connectors.base.connector import Completing
from connectors.base.errors import ConnectorError
from connectors.base.records import SourceEvent
from hub.connections.access import open_source
from hub.connections.errors import ConnectionMissing
from hub.connections.models import Connection
from hub.engine.enqueue import enqueue
from hub.engine.retry import DecisionKind, decide
from hub.ingest.models import InboundEvent, InboundSource
from hub.ingest.sealing import open_event
from hub.ingest.service import completing_work, take_in
from hub.meetings.announced import note_delays
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)


async def complete(runtime: Runtime, event_id: str, attempt: int) -> None:
    """One try; a later one is arranged where time may help. Reconciliation finds what no try completes."""
    row = await asyncio.to_thread(_load, runtime, event_id)
    if row is None:
        return
    try:
        async with open_source(runtime, row.organisation_id, row.connection_id) as source:
            event = await cast("Completing", source).complete(open_event(runtime.vault, row))
    except ConnectorError as error:
        await asyncio.to_thread(_later, runtime, row, error, attempt)
    except ConnectionMissing as error:
        _log.info("event.not_completed", event_id=event_id, reason=str(error))
    else:
        await asyncio.to_thread(_take_in, runtime, row, event)


def _load(runtime: Runtime, event_id: str) -> InboundEvent | None:
    with runtime.database.transaction() as session:
        return session.get(InboundEvent, event_id)


def _take_in(runtime: Runtime, row: InboundEvent, event: SourceEvent | None) -> None:
    if event is None:
        return
    with runtime.database.transaction() as session:
        connection = session.get_one(Connection, row.connection_id)
        take_in(runtime, session, connection, [event], InboundSource.WEBHOOK)
        note_delays(session, connection, event, row.delays)


def _later(runtime: Runtime, row: InboundEvent, error: ConnectorError, attempt: int) -> None:
    decision = decide(error, attempt)
    _log.warning("event.not_completed", event_id=row.id, reason=error.message, next=decision.why)
    if decision.kind is not DecisionKind.RETRY:
        return
    with runtime.database.transaction() as session:
        kept = session.get(InboundEvent, row.id)
        if kept is None:
            return
        told = {"at": runtime.clock().isoformat(), "why": f"{error.message} ({decision.why})"}
        kept.delays = {**kept.delays, str(attempt): told}
        enqueue(session, completing_work(row, attempt=attempt + 1, delay_s=decision.delay_s))
