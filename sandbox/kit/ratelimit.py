"""Rate limits as providers keep them: so many calls per second, with a short burst."""

from datetime import datetime


class RateLimit:
    """A bucket per key that holds `burst` calls and gains `per_second` of them."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._levels: dict[str, tuple[float, datetime]] = {}

    def wait_for(self, key: str, now: datetime) -> float:
        """Take one call; 0 when there was one, else the seconds until there is."""
        level, seen = self._levels.get(key, (self._burst, now))
        level = min(self._burst, level + max(0.0, (now - seen).total_seconds()) * self._per_second)
        if level < 1:
            self._levels[key] = (level, now)
            return (1 - level) / self._per_second
        self._levels[key] = (level - 1, now)
        return 0.0

    def left(self, key: str) -> int:
        """How many calls are left right now."""
        return int(self._levels.get(key, (self._burst, None))[0])
