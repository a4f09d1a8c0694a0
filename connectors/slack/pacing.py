"""One message a second in each channel, from the answer to the last one on.

Counting turns alone is not enough: on a busy machine several messages whose turns were a second apart reach Slack at
once. So within this process a channel's next message waits until the last one was answered, and a second more.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final
from weakref import WeakKeyDictionary

from connectors.base.connector import AuthorizedClient

_APART_S: Final = 1.0
_MOST_KNOWN: Final = 1000


@dataclass
class _Line:
    """Who wants to post in one channel, and when that is free again."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_at: float = 0.0


_lines: "WeakKeyDictionary[asyncio.AbstractEventLoop, OrderedDict[str, _Line]]" = WeakKeyDictionary()


@asynccontextmanager
async def turn(client: AuthorizedClient, channel: str) -> AsyncIterator[None]:
    """Post inside. Waits for the channel here, and for its turn among all processes. Raises `RateLimited`."""
    line = _line(f"{client.hosts['api']} {channel}")
    async with line.lock:
        await asyncio.sleep(max(0.0, line.free_at - monotonic()))
        await client.take_turn(f"channel:{channel}", 1, limit=1, period_s=1)
        try:
            yield
        finally:
            line.free_at = monotonic() + _APART_S


def _line(name: str) -> _Line:
    known = _lines.setdefault(asyncio.get_running_loop(), OrderedDict())
    line = known.setdefault(name, _Line())
    known.move_to_end(name)
    if len(known) > _MOST_KNOWN:
        known.popitem(last=False)
    return line
