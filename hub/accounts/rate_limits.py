"""Limits that hold over all processes: one row for each key and kind of call, counted up by one atomic statement.

Windows are fixed and begin at multiples of their length since 1970, so that the moment of the reset is exact. A
process whose clock is behind counts into the window of the one that is ahead.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from hub.accounts.models import RateWindow
from hub.kit.database import Database

UNLIMITED: Final = "unlimited"
PACED: Final = ":frames"
"""Ends the subjects of `hub.accounts.pace`, whose rows hold a moment in microseconds."""
PROVIDER_TURNS: Final = "provider:"
"""Begins the subjects of limits that providers set us; their windows are counted in seconds."""

_COUNT: Final = sa.text(
    "INSERT INTO ratewindow (id, period, taken) VALUES (:id, :period, :calls)"
    " ON CONFLICT (id) DO UPDATE SET"
    " taken = excluded.taken + CASE WHEN excluded.period > ratewindow.period THEN 0 ELSE ratewindow.taken END,"
    " period = CASE WHEN excluded.period > ratewindow.period THEN excluded.period ELSE ratewindow.period END"
    " RETURNING taken, period"
)


@dataclass(frozen=True)
class Allowance:
    """What is left: `limit` None is no limit; `resets_at` in seconds since 1970; `used` includes this call."""

    limit: int | None
    used: int
    resets_at: int

    @property
    def exceeded(self) -> bool:
        """Whether this call is one too many."""
        return self.limit is not None and self.used > self.limit

    @property
    def remaining(self) -> int | None:
        """Calls left in the window; None without a limit."""
        return None if self.limit is None else max(0, self.limit - self.used)

    def headers(self) -> dict[str, str]:
        """`X-RateLimit-*` as every answer carries them."""
        limited = self.limit is not None
        return {
            "X-RateLimit-Limit": str(self.limit) if limited else UNLIMITED,
            "X-RateLimit-Remaining": str(self.remaining) if limited else UNLIMITED,
            "X-RateLimit-Reset": str(self.resets_at),
        }


def take(
    database: Database, subject: str, limit: int | None, *, period_s: int, now: datetime, calls: int = 1
) -> Allowance:
    """Count `calls` of `subject` in its current window. Without a limit nothing is written."""
    period = int(now.timestamp()) // period_s
    if limit is None:
        return Allowance(None, 0, (period + 1) * period_s)
    values: dict[str, Any] = {"id": subject, "period": period, "calls": calls}
    with database.engine.begin() as connection:
        used, period = connection.execute(_COUNT, values).one()
    return Allowance(limit, used, (period + 1) * period_s)


def forget_windows(database: Database, before: datetime) -> None:
    """Delete the rows of keys that were not used since `before`, whatever they are counted in."""
    table: Any = RateWindow
    second = int(before.timestamp())
    unit = sa.case((table.id.like(f"%{PACED}"), 1_000_000 * second), (table.id.like(f"{PROVIDER_TURNS}%"), second),
                   else_=second // 60)  # fmt: skip
    old = table.period < unit
    with database.engine.begin() as connection:
        connection.execute(sa.delete(RateWindow).where(old))
