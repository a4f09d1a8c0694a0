"""Turns of one provider account: calls are counted in the store, so that all processes together keep a limit."""

import asyncio
from dataclasses import dataclass
from typing import Final

from connectors.base.errors import RateLimited
from hub.accounts.rate_limits import PROVIDER_TURNS, take
from hub.connections.models import Connection
from hub.kit.clock import Clock
from hub.kit.database import Database
from hub.runtime import Runtime

_LONGEST_WAIT_S: Final = 30.0
_LEAST_WAIT_S: Final = 0.02


@dataclass(frozen=True)
class Turns:
    """The turns of one account; `account` is the same for every organisation that connected it."""

    database: Database
    clock: Clock
    account: str

    async def take(self, policy: str, calls: int, *, limit: int, period_s: int) -> None:
        """Wait until `calls` fit. More than `limit` at once are taken in several windows. Raises `RateLimited`."""
        waited = 0.0
        while calls > 0:
            part = min(calls, limit)
            wait = await asyncio.to_thread(self._wait_for, policy, part, limit, period_s)
            if wait is None:
                calls -= part
                continue
            if waited + wait > _LONGEST_WAIT_S:
                # whoever waited this long in vain would only crowd the next window
                come_back = max(wait, _LONGEST_WAIT_S)
                raise RateLimited("other work uses the account's limit up", retry_after=come_back, code=policy)
            await asyncio.sleep(wait)
            waited += wait

    def _wait_for(self, policy: str, calls: int, limit: int, period_s: int) -> float | None:
        """None when the calls were counted in; otherwise the seconds until the next window."""
        now = self.clock()
        subject = f"{PROVIDER_TURNS}{self.account}:{policy}"
        allowance = take(self.database, subject, limit, period_s=period_s, now=now, calls=calls)
        if not allowance.exceeded:
            return None
        return max(_LEAST_WAIT_S, allowance.resets_at - now.timestamp())


def turns_of(runtime: Runtime, connection: Connection) -> Turns:
    """The turns of a connection's account."""
    return Turns(runtime.database, runtime.clock, f"{connection.provider}:{connection.account_id}")
