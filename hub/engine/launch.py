"""Starts and stops the engine of one process."""

import asyncio
import os
import socket
import uuid
from collections.abc import Sequence
from pathlib import Path

from dbos import DBOS, DBOSPortableJSONSerializer
from sqlalchemy.engine import make_url

from hub.engine import liveness, queues, schedules
from hub.engine.enqueue import APPLICATION_NAME
from hub.engine.lock import StoreLock
from hub.engine.queues import Queue
from hub.engine.schedules import Schedule
from hub.runtime import Runtime

_APPLICATION_VERSION = "1"
"""Pinned: the engine's default is a hash of the source, and one changed comment would strand queued work."""
_POOL_SIZE = 10
_DRAIN_S = 10


class Engine:
    """The engine of this process: takes the store's lock, launches, serves queues and schedules.

    On one SQLite file a second process is refused with `StoreInUse`; on PostgreSQL any number may run.
    """

    def __init__(self, runtime: Runtime) -> None:
        self.executor_id = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._runtime = runtime
        self._lock = StoreLock(Path(make_url(runtime.database.url).database or "")) if self._embedded else None
        self._liveness: liveness.Liveness | None = None

    @property
    def _embedded(self) -> bool:
        return self._runtime.database.is_sqlite

    def claim(self) -> None:
        """Take the SQLite file for this process. Raises `StoreInUse`."""
        if self._lock:
            self._lock.acquire()

    async def start(self, served: Sequence[Queue], repeated: Sequence[Schedule]) -> None:
        """Launch inside the running event loop, on which async work then runs; every workflow is imported by now."""
        self._prepare_store()
        await asyncio.to_thread(self._show_alive)
        DBOS(config={
            "name": APPLICATION_NAME,
            "system_database_url": self._runtime.database.url,
            "application_version": _APPLICATION_VERSION,
            "executor_id": self.executor_id,
            "sys_db_pool_size": _POOL_SIZE,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
        })  # fmt: skip
        DBOS.launch()
        await queues.register(served, self._runtime.settings.polling_interval_s)
        await schedules.register(repeated)
        if self._embedded:
            await asyncio.to_thread(liveness.recover_predecessors, self._runtime.database, self.executor_id)

    async def stop(self) -> None:
        """Finish what is under way within ten seconds, hand the rest on, and release the store."""
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=_DRAIN_S)
        if self._liveness:
            self._liveness.stop()
        self.release()

    def release(self) -> None:
        """Give the SQLite file back."""
        if self._lock:
            self._lock.release()

    def _prepare_store(self) -> None:
        # our own connections set WAL; the engine must find it set, or its default journal runs work twice
        with self._runtime.database.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")

    def _show_alive(self) -> None:
        """Before the first work is taken: without a heartbeat, others would take this process for dead."""
        if not self._embedded:
            ttl = self._runtime.settings.liveness_ttl_s
            self._liveness = liveness.Liveness(self._runtime.database, self.executor_id, ttl)
            self._liveness.start()
