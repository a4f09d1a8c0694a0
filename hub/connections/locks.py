"""One refresh at a time per connection, across threads, processes and machines.

The lock must last through a call to the provider, and the refresh journal must be committed before that call.
A row lock ends with that commit, and an open transaction would block every writer on SQLite. So PostgreSQL holds
an advisory lock in a transaction that touches no row, and SQLite, which lives on one machine, a locked file.
Either goes away by itself when its holder dies; what the holder left undone stands in the journal.
"""

import asyncio
import fcntl
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache

import sqlalchemy as sa

from connectors.base.errors import ProviderUnavailable
from hub.runtime import Runtime

_POLL_S = 0.05
_WAIT_S = 60.0
_TRY_LOCK = sa.text("select pg_try_advisory_xact_lock(:key)")
_waiting_here: set[str] = set()


@asynccontextmanager
async def connection_lock(runtime: Runtime, connection_id: str) -> AsyncIterator[None]:
    """Hold the connection's lock. Raises `ProviderUnavailable` when others keep it for a minute."""
    hold = _file_lock if runtime.database.is_sqlite else _advisory_lock
    async with hold(runtime, connection_id):
        yield


@asynccontextmanager
async def _file_lock(runtime: Runtime, connection_id: str) -> AsyncIterator[None]:
    folder = runtime.settings.data_dir / "locks"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{connection_id}.lock").open("w") as file:

        async def attempt() -> bool:
            return _lock_file(file.fileno())

        await _until(attempt)
        yield


@asynccontextmanager
async def _advisory_lock(runtime: Runtime, connection_id: str) -> AsyncIterator[None]:
    async with _one_per_process(connection_id):
        connection = await asyncio.to_thread(_lock_engine(runtime.database.url).connect)
        try:
            await _until(lambda: asyncio.to_thread(_lock_key, connection, connection_id))
            yield
        finally:
            connection.close()


@asynccontextmanager
async def _one_per_process(connection_id: str) -> AsyncIterator[None]:
    """Let one caller of this process queue at the database; the others wait without a database connection."""

    async def attempt() -> bool:
        if connection_id in _waiting_here:
            return False
        _waiting_here.add(connection_id)
        return True

    await _until(attempt)
    try:
        yield
    finally:
        _waiting_here.discard(connection_id)


async def _until(attempt: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(int(_WAIT_S / _POLL_S)):
        if await attempt():
            return
        await asyncio.sleep(_POLL_S)
    raise ProviderUnavailable("somebody else has been renewing this connection's access for a minute")


def _lock_file(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_key(connection: sa.Connection, connection_id: str) -> bool:
    key = int.from_bytes(hashlib.sha256(connection_id.encode()).digest()[:8], signed=True)
    return bool(connection.execute(_TRY_LOCK, {"key": key}).scalar())


@cache
def _lock_engine(url: str) -> sa.Engine:
    """Locks take connections of their own: holders that wait for one from the pool could wait for each other."""
    return sa.create_engine(url, poolclass=sa.NullPool)
