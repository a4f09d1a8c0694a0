"""Finds what no webhook announced: lists each source's recordings and takes in the events that are new."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog
from sqlmodel import Session, col, select

from connectors import registry
from connectors.base.errors import ConnectorError
from connectors.base.manifest import Capability
from connectors.base.records import SourceEvent
from hub.connections.access import open_source
from hub.connections.models import Connection, ConnectionState
from hub.ingest.models import InboundEvent, InboundSource
from hub.ingest.service import take_in
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)

_LOOK_BACK: Final = timedelta(days=3)
"""Longer than any provider keeps redelivering; what is older was reconciled before."""


def sources(runtime: Runtime) -> Sequence[Connection]:
    """Every active connection that gives recordings, of all organisations."""
    with runtime.database.transaction() as session:
        rows = session.exec(select(Connection).where(Connection.state == ConnectionState.ACTIVE)).all()
    return [row for row in rows if registry.manifest(row.provider).can(Capability.SOURCE)]


async def reconcile(runtime: Runtime, connection: Connection) -> int:
    """List one connection's recordings and take in what is new; gives how many events were.

    A provider that does not answer is left for the next time: this repeats by the clock.
    """
    since = max(connection.created_at, runtime.clock() - _LOOK_BACK)
    try:
        async with open_source(runtime, connection.organisation_id, connection.id) as source:
            events = [event async for event in source.list_recordings(since)]
    except ConnectorError as error:
        _log.warning("reconciliation.failed", connection_id=connection.id, reason=error.message)
        return 0
    new = await asyncio.to_thread(_take_in, runtime, connection, events)
    if new:
        _log.info("reconciliation.found", connection_id=connection.id, events=new)
    return new


def _take_in(runtime: Runtime, connection: Connection, events: Sequence[SourceEvent]) -> int:
    with runtime.database.transaction() as session:
        fresh = [event for event in events if not _known(session, connection, event)]
        return take_in(runtime, session, connection, fresh, InboundSource.RECONCILIATION)


def _known(session: Session, connection: Connection, event: SourceEvent) -> bool:
    """A cheap look before the insert, which seals and writes."""
    statement = select(col(InboundEvent.id)).where(
        InboundEvent.connection_id == connection.id, InboundEvent.key == event.key
    )
    return session.exec(statement).first() is not None
