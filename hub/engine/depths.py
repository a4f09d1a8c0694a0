"""What waits and runs in the queues, and who was last heard of: read from the engine's own tables."""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlmodel import Session

from hub.kit.database import Database

_COUNT: Final = (
    "SELECT queue_name, status, count(*), min(created_at) FROM {table}"
    " WHERE queue_name IS NOT NULL AND status IN ('ENQUEUED', 'DELAYED', 'PENDING') GROUP BY queue_name, status"
)
_UNFINISHED: Final = (
    "SELECT 1 FROM {table} WHERE queue_name = :queue AND queue_partition_key = :partition"
    " AND status IN ('ENQUEUED', 'DELAYED', 'PENDING') LIMIT 1"
)
_BEATS: Final = sa.text("SELECT id, extract(epoch from clock_timestamp()) - last_seen FROM executor")
_WORDS: Final = {"ENQUEUED": "waiting", "DELAYED": "delayed", "PENDING": "running"}


@dataclass(frozen=True)
class Depth:
    """Work of one queue in one state: `waiting`, `delayed` or `running`; `oldest_ms` since 1970."""

    queue: str
    state: str
    count: int
    oldest_ms: int


def depths(database: Database) -> list[Depth]:
    """Every queue that has unfinished work."""
    with database.engine.connect() as connection:
        if not sa.inspect(connection).has_table("workflow_status", schema=None if database.is_sqlite else "dbos"):
            return []  # the engine has never run here
        found = connection.execute(sa.text(_COUNT.format(table=_table(connection))))
        return [Depth(queue, _WORDS[status], count, int(oldest)) for queue, status, count, oldest in found]


def has_unfinished(session: Session, queue: str, partition: str) -> bool:
    """Whether work of this partition waits or runs, as the caller's transaction sees it."""
    connection = session.connection()
    statement = sa.text(_UNFINISHED.format(table=_table(connection)))
    return connection.execute(statement, {"queue": queue, "partition": partition}).first() is not None


def heartbeats(database: Database) -> dict[str, float]:
    """Seconds since each process was last heard of; empty on SQLite, where there is one and nobody listens."""
    if database.is_sqlite:
        return {}
    with database.engine.connect() as connection:
        return {executor: max(0.0, float(age)) for executor, age in connection.execute(_BEATS)}


def _table(connection: sa.Connection) -> str:
    return "workflow_status" if connection.dialect.name == "sqlite" else "dbos.workflow_status"
