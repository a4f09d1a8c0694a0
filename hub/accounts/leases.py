"""Counting calls without writing a row for each: a process leases a small share of a limit, and spends it by itself.

A share is at most half a per cent of the limit, so that four processes together let through all but one and a half per
cent of it, and never more than it. Whoever finds the window used up refuses until its reset without asking again.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from hub.accounts.rate_limits import Allowance, take
from hub.kit.batching import Batcher
from hub.kit.database import Database

_SHARES: Final = 200
_MOST_SUBJECTS: Final = 10_000


class Limit(NamedTuple):
    """`calls` of one subject in each window of `period_s` seconds."""

    subject: str
    calls: int
    period_s: int


class _Wanted(NamedTuple):
    database: Database
    limit: Limit
    now: datetime


@dataclass
class _Share:
    """What this process may still spend in a window. `used` is the whole limit's use when it was leased."""

    limit: Limit
    period: int
    left: int = 0
    used: int = 0
    is_last: bool = False


class Leases:
    """The shares of one process."""

    def __init__(self) -> None:
        self._shares: dict[str, _Share] = {}
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._leasing: Batcher[_Wanted, bool] = Batcher(self._lease)

    async def take(self, database: Database, limit: Limit, now: datetime) -> Allowance:
        """Count one call."""
        while (spent := self._spend(limit, now)) is None:
            self._waiting[limit.subject] += 1
            try:
                await self._leasing.get(_Wanted(database, limit, _start(limit, now)))
            finally:
                self._waiting[limit.subject] -= 1
                if not self._waiting[limit.subject]:
                    del self._waiting[limit.subject]
        return spent

    def _spend(self, limit: Limit, now: datetime) -> Allowance | None:
        """None where a share has to be leased first."""
        with self._lock:
            share = self._shares.get(limit.subject)
            if share is None or share.limit != limit or share.period < _period(limit, now):
                return None
            resets_at = (share.period + 1) * limit.period_s
            if share.left > 0:
                share.left -= 1
                return Allowance(limit.calls, share.used - share.left, resets_at)
            return Allowance(limit.calls, limit.calls + 1, resets_at) if share.is_last else None

    def _lease(self, wanted: Sequence["_Wanted"]) -> dict["_Wanted", bool]:
        for database, limit, now in wanted:
            size = max(1, limit.calls // _SHARES, min(self._waiting[limit.subject], limit.calls))
            used = take(database, limit.subject, limit.calls, period_s=limit.period_s, now=now, calls=size)
            self._keep(limit, used, size)
        return dict.fromkeys(wanted, True)

    def _keep(self, limit: Limit, used: Allowance, size: int) -> None:
        granted = min(size, max(0, limit.calls - (used.used - size)))
        period = used.resets_at // limit.period_s - 1
        with self._lock:
            before = self._shares.get(limit.subject)
            left = before.left if before and (before.limit, before.period) == (limit, period) else 0
            if len(self._shares) >= _MOST_SUBJECTS:
                self._shares.clear()
            self._shares[limit.subject] = _Share(
                limit, period, left + granted, min(used.used, limit.calls), is_last=granted < size
            )


_of_stores: "WeakKeyDictionary[Database, Leases]" = WeakKeyDictionary()


def leases(database: Database) -> Leases:
    """This process's shares of limits that are counted in this store."""
    return _of_stores.setdefault(database, Leases())


def _period(limit: Limit, now: datetime) -> int:
    return int(now.timestamp()) // limit.period_s


def _start(limit: Limit, now: datetime) -> datetime:
    """The window's beginning: the same for all who wait, so that they wait together."""
    return datetime.fromtimestamp(_period(limit, now) * limit.period_s, now.tzinfo)
