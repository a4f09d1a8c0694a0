"""A process that renews connections until each holds a version of its tokens; `HUB_*` variables say which hub.

`python -m tests.support.refresh_worker VERSION ORGANISATION:CONNECTION …`; it says `ready` and begins when it is told
anything. It ends with 3 when a connection has to be authorised again. `CRASH_AT` as in the launcher.
"""

import asyncio
import os
import sys

from connectors.base.errors import AuthorizationLost
from hub import runtime as runtimes
from hub.connections.service.access import ConnectionKey
from hub.connections.service.refresh import refresh
from hub.runtime import Runtime
from hub.settings import Settings
from tests.support.launcher import arm

LOST = 3


async def renew_all(runtime: Runtime, keys: list[ConnectionKey], last: int) -> None:
    """All of them side by side."""
    await asyncio.gather(*(_renew(runtime, key, last) for key in keys))


async def _renew(runtime: Runtime, key: ConnectionKey, last: int) -> None:
    """From version 1 on, each time from the newest version known here."""
    version = 1
    while version < last:
        version = (await refresh(runtime, key, version)).version


def main() -> int:
    """Wait for the word, then renew."""
    if order := os.environ.get("CRASH_AT"):
        arm(*order.split(":", 3))
    runtime = runtimes.build(Settings())
    keys = [ConnectionKey(*pair.split(":")) for pair in sys.argv[2:]]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        asyncio.run(renew_all(runtime, keys, int(sys.argv[1])))
    except AuthorizationLost:
        return LOST
    finally:
        runtime.database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
