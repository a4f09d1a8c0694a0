"""A process that renews one connection until it holds version 4; `HUB_*` variables say which hub."""

import asyncio
import sys

from hub import runtime as runtimes
from hub.connections.service.access import ConnectionKey
from hub.connections.service.refresh import refresh
from hub.settings import Settings

LAST_VERSION = 4


async def renew(key: ConnectionKey) -> None:
    """From version 1 on, each time from the newest version known here."""
    runtime, version = runtimes.build(Settings()), 1
    while version < LAST_VERSION:
        version = (await refresh(runtime, key, version)).version
    runtime.database.close()


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    asyncio.run(renew(ConnectionKey(sys.argv[1], sys.argv[2])))
