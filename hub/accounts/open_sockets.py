"""A WebSocket lives no longer than what opened it: a key or token that ends takes its connections along."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from fastapi import WebSocket
from starlette.websockets import WebSocketState

from hub.accounts.api_access import Caller, still_admits
from hub.kit.tasks import stop
from hub.runtime import Runtime

LOOK_EVERY_S: Final = 2.0
ACCESS_ENDED: Final = 4401
"""The close code."""


async def while_admitted(
    websocket: WebSocket, runtime: Runtime, caller: Caller, scope: str, work: Coroutine[Any, Any, None]
) -> None:
    """Do the work of a connection; cut it off and close when key or token no longer opens this."""
    working = asyncio.create_task(work)
    watching = asyncio.create_task(_until_refused(runtime, caller, scope))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
            return
        await stop(working)
        await watching
        if websocket.application_state is WebSocketState.CONNECTED:
            await websocket.close(ACCESS_ENDED, "this key or token has ended")
    finally:
        await stop(working)
        await stop(watching)


async def _until_refused(runtime: Runtime, caller: Caller, scope: str) -> None:
    while await still_admits(runtime, caller, scope):  # noqa: ASYNC110 it is another process that may end it
        await asyncio.sleep(LOOK_EVERY_S)
