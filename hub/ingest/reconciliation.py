"""Finds what no webhook announced: lists each source's recordings and takes in the events that are new.

Each source is work of its own, so that none waits for another. What is found counts at once; only a run that came to
its end moves `Connection.reconciled_at`, from where the next one looks on.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import Session, col, select

from connectors import registry
from connectors.base.errors import ConnectorError
from connectors.base.manifest import Capability
from connectors.base.records import SourceEvent
from hub.connections.access import open_source
from hub.connections.errors import ConnectionMissing
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import Bookmarks, ConnectionRepository
from hub.engine import queues
from hub.engine.enqueue import Work, enqueue
from hub.engine.retention import TICK
from hub.ingest.models import InboundEvent, InboundSource
from hub.ingest.service import take_in
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)

RECONCILE: Final = "reconcile_source"
_LOOK_BACK: Final = timedelta(days=3)
"""Longer than any provider keeps redelivering, or is at work on a recording."""
_OVERLAP: Final = timedelta(days=1)
"""What was recorded shortly before the last complete run may not have been listed yet."""
_BATCH: Final = 50


def begin(runtime: Runtime) -> int:
    """Start a run for every active source, of all organisations; gives how many."""
    with runtime.database.transaction() as session:
        rows = session.exec(select(Connection).where(Connection.state == ConnectionState.ACTIVE)).all()
        sources = [row for row in rows if registry.manifest(row.provider).can(Capability.SOURCE)]
        for connection in sources:
            ask_to_reconcile(session, connection, runtime.clock())
    return len(sources)


def ask_to_reconcile(session: Session, connection: Connection, at: datetime) -> None:
    """Start a run for one source. Runs of one source are made in turn."""
    work_id = f"{TICK}reconcile:{connection.id}:{at.timestamp():.0f}"
    args = (connection.organisation_id, connection.id, at.isoformat())
    enqueue(session, Work(RECONCILE, queues.RECONCILIATION, work_id, args, partition=connection.id))


async def reconcile(runtime: Runtime, organisation_id: str, connection_id: str, asked_at: datetime) -> int:
    """List one connection's recordings and take in what is new; gives how many events were.

    A provider that does not answer is left for the next time: this repeats by the clock. Nothing is done when a run
    that began after `asked_at` is complete, since a long one lets others wait behind it.
    """
    connection = await asyncio.to_thread(_load, runtime, organisation_id, connection_id)
    if connection is None or (connection.reconciled_at and connection.reconciled_at >= asked_at):
        return 0
    began, new = runtime.clock(), 0
    bookmarks = await asyncio.to_thread(_bookmarks, runtime, connection)
    try:
        async with open_source(runtime, organisation_id, connection_id) as source:
            async for events in _batches(source.list_recordings(look_from(connection, began), bookmarks)):
                new += await asyncio.to_thread(_take_in, runtime, connection, events, dict(bookmarks))
    except (ConnectorError, ConnectionMissing) as error:
        _log.warning("reconciliation.failed", connection_id=connection_id, events=new, reason=str(error))
        return new
    await asyncio.to_thread(_note_complete, runtime, connection, began)
    if new:
        _log.info("reconciliation.found", connection_id=connection_id, events=new)
    return new


def look_from(connection: Connection, now: datetime) -> datetime:
    """Since when recordings are listed: however long nobody could look, nothing made in between is left out.

    Never from before somebody connected the account, the last time where it was ended in between.
    """
    complete = connection.reconciled_at or now
    wanted = connection.wanted_since or connection.created_at
    return max(wanted, min(now - _LOOK_BACK, complete - _OVERLAP))


async def _batches(events: AsyncIterator[SourceEvent]) -> AsyncIterator[Sequence[SourceEvent]]:
    """So many at a time, and what came before an error also."""
    batch: list[SourceEvent] = []
    try:
        async for event in events:
            batch.append(event)
            if len(batch) == _BATCH:
                yield batch
                batch = []
    except ConnectorError:
        yield batch
        raise
    yield batch


def _load(runtime: Runtime, organisation_id: str, connection_id: str) -> Connection | None:
    with runtime.database.transaction() as session:
        return ConnectionRepository(session, organisation_id).get(connection_id)


def _bookmarks(runtime: Runtime, connection: Connection) -> dict[str, str]:
    with runtime.database.transaction() as session:
        return Bookmarks(session, connection.organisation_id).of_connection(connection.id)


def _take_in(
    runtime: Runtime, connection: Connection, events: Sequence[SourceEvent], bookmarks: Mapping[str, str]
) -> int:
    """Together with how far the lists were read for them: bookmarks never run ahead of events."""
    with runtime.database.transaction() as session:
        Bookmarks(session, connection.organisation_id).keep(connection.id, bookmarks)
        wanted = [event for event in events if _is_wanted(connection, event)]
        fresh = [event for event in wanted if not _known(session, connection, event)]
        return take_in(runtime, session, connection, fresh, InboundSource.RECONCILIATION)


def _is_wanted(connection: Connection, event: SourceEvent) -> bool:
    """Not what was recorded while the connection was ended: some providers list whole days."""
    return connection.wanted_since is None or event.incomplete or event.occurred_at >= connection.wanted_since


def _known(session: Session, connection: Connection, event: SourceEvent) -> bool:
    """A cheap look before the insert, which seals and writes."""
    statement = select(col(InboundEvent.id)).where(
        InboundEvent.connection_id == connection.id, InboundEvent.key == event.key
    )
    return session.exec(statement).first() is not None


def _note_complete(runtime: Runtime, connection: Connection, began: datetime) -> None:
    with runtime.database.transaction() as session:
        found = ConnectionRepository(session, connection.organisation_id).get(connection.id)
        if found is not None:
            found.reconciled_at = began
