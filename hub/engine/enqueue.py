"""Puts work on a queue inside the caller's own transaction: a row and its work exist together, or not at all."""

from dataclasses import dataclass
from typing import Any, Final
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from dbos import DBOSClient, DBOSPortableJSONSerializer, EnqueueOptions
from sqlmodel import Session

from hub.engine import trail

APPLICATION_NAME: Final = "hub"

_clients: "WeakKeyDictionary[sa.Engine, DBOSClient]" = WeakKeyDictionary()


@dataclass(frozen=True)
class Work:
    """One run of a workflow. `id` is its identity: enqueueing the same id again does nothing.

    `args` are ids and small values. `partition` is required on limited queues: the connection whose limit counts.
    """

    workflow: str
    queue: str
    id: str
    args: tuple[Any, ...] = ()
    partition: str | None = None
    delay_s: float = 0.0


def enqueue(session: Session, work: Work) -> None:
    """Add `work` to the transaction of `session`; it starts `delay_s` seconds after the commit at the earliest.

    The id of the request that led here is kept with it, see `hub.engine.trail`.
    """
    options = EnqueueOptions(workflow_name=work.workflow, queue_name=work.queue, workflow_id=work.id)
    if led := trail.current():
        options["attributes"] = dict(led)
    if work.partition is not None:
        options["queue_partition_key"] = work.partition
    if work.delay_s > 0:
        options["delay_seconds"] = work.delay_s
    session.flush()
    _client(session).enqueue_in_transaction(session, options, *work.args)


def _client(session: Session) -> DBOSClient:
    engine = session.get_bind().engine
    if engine not in _clients:
        _clients[engine] = DBOSClient(
            system_database_engine=engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION_NAME,
            lazy=True,
        )
    return _clients[engine]
