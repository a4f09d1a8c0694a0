"""Provider events besides the pipeline: completing them, staying subscribed to them, finding those that never came."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from hub import runtime as runtimes
from hub.connections.models import Connection
from hub.connections.service.access import ConnectionKey
from hub.connections.service.subscribe import subscribing, try_subscribing
from hub.engine import durable
from hub.engine.schedules import Schedule
from hub.ingest import completing, following
from hub.ingest.proving import prove
from hub.ingest.reconciliation import RECONCILE, reconcile
from hub.ingest.renewing import renew
from hub.ingest.service import COMPLETE_EVENT, FOLLOW_RECORDS, KEEP_SUBSCRIBED, PROVE_ACCESS

_EVERY_S: Final = 900
"""Often enough that a subscription that could not be made when its account was connected is made soon."""


def schedules() -> Sequence[Schedule]:
    """What repeats, and how often."""
    return (Schedule("subscriptions", keep_all_subscribed, _EVERY_S),)


@durable.workflow(COMPLETE_EVENT)
async def complete_event(event_id: str, attempt: int) -> None:
    """Ask what an incomplete event is about."""
    await _complete(event_id, attempt)


@durable.workflow(KEEP_SUBSCRIBED)
async def keep_subscribed(connection_id: str, event_id: str = "", attempt: int = 0) -> None:
    """The provider says that a subscription ends, has ended or has missed something.

    Work from before tries were counted names its connection alone.
    """
    await _renew(connection_id, event_id or connection_id, attempt)


@durable.workflow(FOLLOW_RECORDS)
async def follow_records(event_id: str) -> None:
    """A CRM says what became of records that results belong to."""
    await _follow(event_id)


@durable.workflow(PROVE_ACCESS)
async def prove_access(connection_id: str, event_id: str, attempt: int) -> None:
    """Somebody removed the app at the provider: see whether that ended this connection."""
    await _prove(connection_id, event_id, attempt)


@durable.workflow(RECONCILE)
async def reconcile_source(organisation_id: str, connection_id: str, asked_at: str) -> None:
    """Look through one source for recordings that no webhook announced."""
    await _reconcile(organisation_id, connection_id, asked_at)


@durable.workflow("keep_all_subscribed")
async def keep_all_subscribed(_scheduled: Any, _context: Any) -> None:
    """Renew what ends soon, and subscribe where that failed."""
    await _keep_all()


@durable.step("complete_event")
async def _complete(event_id: str, attempt: int) -> None:
    await completing.complete(runtimes.current(), event_id, attempt)


@durable.step("follow_records")
async def _follow(event_id: str) -> int:
    return await asyncio.to_thread(following.follow, runtimes.current(), event_id)


@durable.step("keep_subscribed")
async def _renew(connection_id: str, event_id: str, attempt: int) -> None:
    await renew(runtimes.current(), connection_id, event_id, attempt)


@durable.step("prove_access")
async def _prove(connection_id: str, event_id: str, attempt: int) -> None:
    await prove(runtimes.current(), connection_id, event_id, attempt)


@durable.step("reconcile_source")
async def _reconcile(organisation_id: str, connection_id: str, asked_at: str) -> int:
    return await reconcile(runtimes.current(), organisation_id, connection_id, datetime.fromisoformat(asked_at))


@durable.step("keep_all_subscribed")
async def _keep_all() -> int:
    runtime = runtimes.current()
    found = await asyncio.to_thread(subscribing, runtime)
    return sum([await try_subscribing(runtime, _key(each), each.provider) for each in found])


def _key(connection: Connection) -> ConnectionKey:
    return ConnectionKey(connection.organisation_id, connection.id)
