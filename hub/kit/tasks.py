"""Tasks of our own, ended with whatever they belong to."""

import asyncio
from typing import Any


async def stop(task: "asyncio.Task[Any]") -> None:
    """Cancel the task and wait until it has ended, however it does.

    Not by `gather`: when the waiting itself is cancelled, that raises a cancellation of its own in place of the
    caller's, which cancel scopes then take for somebody else's.
    """
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()  # looked at, or asyncio complains that nobody did
