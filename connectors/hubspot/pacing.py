"""Keeps below HubSpot's limits, which are shared by all calls to one account.

Two nets: turns that all processes take from one store, one for each limit that HubSpot's 429 answers name, and within
this process windows by what was really called.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from connectors.base.connector import AuthorizedClient

_CALLS, _CALLS_PERIOD_S = 100, 10.0
_SEARCHES, _SEARCHES_PERIOD_S = 4, 1.0
_LOOK_AGAIN_S = 0.1
# fixed windows of a second: eleven of them touch any rolling ten, and two of them any rolling second
_CALLS_A_SECOND, _SEARCHES_A_SECOND = 9, 2


class Window:
    """At most `calls` in any `period_s` seconds. What is reserved counts until it is settled, then what was made."""

    def __init__(self, calls: int, period_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self._period_s = period_s
        self._now = now
        self._reserved = 0
        self._made: deque[float] = deque()
        self._lock = threading.Lock()

    async def reserve(self, count: int) -> None:
        """Wait until `count` calls fit, and keep room for them until `settle`."""
        # room comes by time and by other operations' end, in other threads and loops: there is no event to wait for
        while not self._fits(count):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_AGAIN_S)

    def settle(self, reserved: int, made: int) -> None:
        """Give the reserved room back and count the calls that were really made."""
        with self._lock:
            self._reserved -= reserved
            self._made.extend([self._now()] * made)

    def _fits(self, count: int) -> bool:
        with self._lock:
            while self._made and self._made[0] <= self._now() - self._period_s:
                self._made.popleft()
            busy = self._reserved + len(self._made)
            # an operation larger than the whole window goes when nothing else is there
            if busy + count > self._calls and busy > 0:
                return False
            self._reserved += count
            return True


@dataclass
class Usage:
    """What an operation really called."""

    calls: int = 0
    searches: int = 0


@dataclass(frozen=True)
class Pace:
    """One account's windows."""

    calls: Window = field(default_factory=lambda: Window(_CALLS, _CALLS_PERIOD_S))
    searches: Window = field(default_factory=lambda: Window(_SEARCHES, _SEARCHES_PERIOD_S))

    @asynccontextmanager
    async def room(self, calls: int, searches: int) -> AsyncIterator[Usage]:
        """Wait for room for about so many calls and searches; the block books what it makes."""
        usage = Usage()
        await self.searches.reserve(searches)
        try:
            await self.calls.reserve(calls)
            try:
                yield usage
            finally:
                self.calls.settle(calls, usage.calls)
        finally:
            self.searches.settle(searches, usage.searches)


_PACES: Final[dict[str, Pace]] = {}


def pace_of(account: str) -> Pace:
    """The pace of one account, the same one for all connectors of this process."""
    return _PACES.setdefault(account, Pace())


async def take_turns(client: AuthorizedClient, *, calls: int, searches: int) -> None:
    """Wait for room for so many calls and searches below what all processes may make. Raises `RateLimited`."""
    await client.take_turn("SECONDLY_SEARCH", searches, limit=_SEARCHES_A_SECOND, period_s=1)
    await client.take_turn("TEN_SECONDLY_ROLLING", calls, limit=_CALLS_A_SECOND, period_s=1)
