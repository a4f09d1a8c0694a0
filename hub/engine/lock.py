"""Keeps a second process off the SQLite file: two engines on one file would run work twice."""

import fcntl
import os
from pathlib import Path


class StoreInUse(Exception):
    """Another process holds the SQLite file."""


class StoreLock:
    """An exclusive lock beside the database file, released by the kernel when the process ends, however it ends."""

    def __init__(self, database_file: Path) -> None:
        self.path = database_file.with_name(database_file.name + ".lock")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock. Raises `StoreInUse` with advice when another process has it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode(errors="replace").strip()
            os.close(descriptor)
            raise StoreInUse(_advice(self.path, holder)) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _advice(path: Path, holder: str) -> str:
    return (
        f"{path.with_suffix('')} is in use by another hub process (pid {holder or 'unknown'}). "
        "An SQLite file serves one process: stop the other one, or set HUB_DATABASE_URL to a PostgreSQL "
        "address to run several."
    )
