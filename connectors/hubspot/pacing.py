"""Keeps this process below HubSpot's limits, which are shared by all calls to one account."""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

_CALLS, _CALLS_PERIOD_S = 100, 10.0
_SEARCHES, _SEARCHES_PERIOD_S = 4, 1.0


class Window:
    """At most `calls` in any `period_s` seconds."""

    def __init__(self, calls: int, period_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self._period_s = period_s
        self._now = now
        self._taken: deque[float] = deque()
        self._lock = threading.Lock()

    async def reserve(self, count: int) -> None:
        """Wait until `count` more calls fit, and take them."""
        # time alone makes room, there is no event to wait for
        while (wait := self._try(min(count, self._calls))) > 0:  # noqa: ASYNC110
            await asyncio.sleep(wait)

    def _try(self, count: int) -> float:
        """Take the calls and give 0, or give the seconds until there may be room."""
        with self._lock:
            now = self._now()
            while self._taken and self._taken[0] <= now - self._period_s:
                self._taken.popleft()
            missing = len(self._taken) + count - self._calls
            if missing > 0:
                return self._taken[missing - 1] + self._period_s - now + 0.001
            self._taken.extend([now] * count)
            return 0.0


@dataclass(frozen=True)
class Pace:
    """One account's windows."""

    calls: Window = field(default_factory=lambda: Window(_CALLS, _CALLS_PERIOD_S))
    searches: Window = field(default_factory=lambda: Window(_SEARCHES, _SEARCHES_PERIOD_S))

    async def reserve(self, calls: int, searches: int) -> None:
        """Wait until an operation of so many calls and searches fits."""
        if searches:
            await self.searches.reserve(searches)
        await self.calls.reserve(calls)


_PACES: Final[dict[str, Pace]] = {}


def pace_of(account: str) -> Pace:
    """The pace of one account, the same one for all connectors of this process."""
    return _PACES.setdefault(account, Pace())
