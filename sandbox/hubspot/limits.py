"""HubSpot's limits: so many calls in any ten seconds, so many a day, and searches by the second."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.hubspot.errors import rate_limited
from sandbox.kit.refusals import Refusals
from sandbox.kit.world import World

TEN_SECONDS = timedelta(seconds=10)


class Limits:
    """Counts calls and refuses those above a limit. What was refused stands in the state, by policy."""

    def __init__(self, world: World, options: Callable[[], dict[str, Any]]) -> None:
        self._world = world
        self._options = options
        self._usage = world.collection("hubspot", "usage")
        self._refusals = Refusals(world, "hubspot")
        self._recent: deque[datetime] = deque()
        self._searches: deque[datetime] = deque()
        self._most = 0

    def count(self, *, search: bool) -> None:
        """Take one call. Raises `HubSpotError`."""
        now, options = self._world.clock(), self._options()
        if search:
            self._take(self._searches, now, timedelta(seconds=1), int(options["searches_per_second"]), "SECONDLY")
        else:
            allowed = int(options["calls_per_ten_seconds"])
            self._take(self._recent, now, TEN_SECONDS, allowed, "TEN_SECONDLY_ROLLING")
            self._most = max(self._most, len(self._recent))
        self._count_day(now, int(options["daily_requests"]))

    def forget(self) -> None:
        """Begin to count anew."""
        self._recent.clear()
        self._searches.clear()
        self._most = 0

    def headers(self) -> dict[str, str]:
        """What every answer but a search's says about them."""
        allowed = int(self._options()["calls_per_ten_seconds"])
        return {
            "X-HubSpot-RateLimit-Max": str(allowed),
            "X-HubSpot-RateLimit-Remaining": str(max(0, allowed - len(self._recent))),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        }

    def state(self) -> dict[str, Any]:
        """The most calls in ten seconds, and how many were refused by which limit."""
        return {"most_in_ten_seconds": self._most, "refused": self._refusals.by_policy()}

    def _take(self, recent: deque[datetime], now: datetime, period: timedelta, allowed: int, policy: str) -> None:
        while recent and recent[0] <= now - period:
            recent.popleft()
        if len(recent) >= allowed:
            self._refuse(policy)
        recent.append(now)

    def _count_day(self, now: datetime, allowed: int) -> None:
        today = now.date().isoformat()
        used = (self._usage.get(today) or {"count": 0})["count"]
        if used >= allowed:
            self._refuse("DAILY")
        self._usage.put(today, {"count": used + 1})

    def _refuse(self, policy: str) -> None:
        self._refusals.count(policy)
        raise rate_limited(policy, None if policy == "SECONDLY" else self.headers())
