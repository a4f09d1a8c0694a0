"""Notices that another process died, and hands its unfinished work back to the queues.

Each process beats: one row per executor, in the database's own time, so that clocks on different machines do not
matter. A process judges others only after it has itself beaten, without interruption, for one time-to-live: after
a database outage nobody has a fresh row, and everybody would take everybody for dead.
"""

import threading
import time
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
import structlog
from dbos import DBOS

from hub.kit.database import Database

_log = structlog.get_logger(__name__)

_BEATS_PER_TTL: Final = 4
_FORGET_AFTER_S: Final = 86_400

_BEAT: Final = sa.text(
    "INSERT INTO executor (id, last_seen) VALUES (:me, extract(epoch from clock_timestamp()))"
    " ON CONFLICT (id) DO UPDATE SET last_seen = excluded.last_seen"
)
_OWNERS: Final = "SELECT DISTINCT executor_id FROM {table} WHERE status = 'PENDING' AND executor_id <> :me"
_DEAD: Final = sa.text(
    _OWNERS.format(table="dbos.workflow_status") + " AND executor_id NOT IN"  # noqa: S608 our own constant
    " (SELECT id FROM executor WHERE last_seen > extract(epoch from clock_timestamp()) - :ttl)"
)
_FORGET: Final = sa.text("DELETE FROM executor WHERE last_seen < extract(epoch from clock_timestamp()) - :age")
_BEATS_ON: Final = sa.text(
    "SELECT count(*) FROM executor WHERE starts_with(id, :here)"
    " AND last_seen > extract(epoch from clock_timestamp()) - :ttl"
)
_WITHDRAW: Final = sa.text("DELETE FROM executor WHERE id = :me")


class Liveness:
    """The heartbeat and the reaper of one process on PostgreSQL."""

    def __init__(self, database: Database, executor_id: str, ttl_s: float) -> None:
        self._engine = database.engine
        self._executor_id = executor_id
        self._ttl_s = ttl_s
        self._judging_from = time.monotonic() + ttl_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hub-liveness", daemon=True)

    def start(self) -> None:
        """Beat once, so that others see this process before it takes work, then go on in a thread."""
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        """Stop beating and withdraw, so that what is left unfinished is handed on without waiting."""
        self._stopped.set()
        self._thread.join(timeout=5)
        with self._engine.begin() as connection:
            connection.execute(_WITHDRAW, {"me": self._executor_id})

    def _run(self) -> None:
        while not self._stopped.wait(self._ttl_s / _BEATS_PER_TTL):
            try:
                self._beat()
                self._reap()
            except Exception:  # the thread must outlive every database outage
                _log.warning("liveness.interrupted", exc_info=True)
                self._judging_from = time.monotonic() + self._ttl_s

    def _beat(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(_BEAT, {"me": self._executor_id})

    def _reap(self) -> None:
        if time.monotonic() < self._judging_from:
            return
        with self._engine.begin() as connection:
            names = list(connection.execute(_DEAD, {"me": self._executor_id, "ttl": self._ttl_s}).scalars())
            connection.execute(_FORGET, {"age": _FORGET_AFTER_S})
        recover(names)


def beats_on(database: Database, host: str, ttl_s: float) -> bool:
    """Whether a process on this host has beaten within its time-to-live. On PostgreSQL only."""
    with database.engine.connect() as connection:
        return bool(connection.execute(_BEATS_ON, {"here": f"{host}:", "ttl": ttl_s}).scalar())


def recover_predecessors(database: Database, executor_id: str) -> None:
    """Hand back what earlier processes left unfinished in an SQLite file: the store's lock proves them dead."""
    owners = sa.text(_OWNERS.format(table="workflow_status"))
    with database.engine.begin() as connection:
        names = list(connection.execute(owners, {"me": executor_id}).scalars())
    recover(names)


def recover(executor_ids: Sequence[str]) -> None:
    """Hand back the unfinished work of these executors. Safe to repeat, and from several processes at once."""
    if executor_ids:
        _log.info("liveness.recovering", executors=list(executor_ids))
        DBOS._recover_pending_workflows(list(executor_ids))
