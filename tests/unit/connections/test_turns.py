"""Turns of a provider account, which all processes share."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from connectors.base.errors import RateLimited
from hub.accounts.models import RateWindow
from hub.accounts.rate_limits import forget_windows
from hub.connections.turns import Turns
from hub.runtime import Runtime

LIMIT = 5


@pytest.fixture(params=["sqlite", "postgresql"])
def turns(request: pytest.FixtureRequest) -> Turns:
    name = "runtime" if request.param == "sqlite" else "postgres_runtime"
    runtime: Runtime = request.getfixturevalue(name)
    return Turns(runtime.database, lambda: datetime.now(UTC), "hubspot:62515")


def test_everybody_together_makes_no_more_calls_in_a_window_than_the_limit(turns: Turns) -> None:
    made = asyncio.run(_calls_of_workers(turns, workers=4, each=4))

    assert len(made) == 16
    assert made[-1] - made[0] > 2.0  # sixteen calls of five to a second begin in four of them at least


def test_an_operation_larger_than_the_limit_takes_several_windows(turns: Turns) -> None:
    started = time.monotonic()

    asyncio.run(turns.take("calls", 2 * LIMIT + 1, limit=LIMIT, period_s=1))

    assert time.monotonic() - started > 1.0


def test_accounts_and_policies_have_limits_of_their_own(turns: Turns) -> None:
    async def take() -> None:
        for one in (turns, replace(turns, account="hubspot:7")):
            for policy in ("calls", "searches"):
                await one.take(policy, LIMIT, limit=LIMIT, period_s=3600)

    asyncio.run(asyncio.wait_for(take(), 10))


def test_a_wait_that_gets_too_long_is_left_to_the_next_attempt(turns: Turns) -> None:
    now = datetime(2026, 11, 20, 12, 0, 1, tzinfo=UTC)
    stopped = replace(turns, clock=lambda: now)
    asyncio.run(stopped.take("calls", LIMIT, limit=LIMIT, period_s=3600))

    with pytest.raises(RateLimited) as raised:
        asyncio.run(stopped.take("calls", 1, limit=LIMIT, period_s=3600))

    assert raised.value.retry_after == pytest.approx(3599)


def test_whoever_waited_in_vain_comes_back_no_sooner_than_after_that_long(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.connections.turns._LONGEST_WAIT_S", 0.05)
    nearly_over = datetime(2026, 11, 20, 12, 0, 0, 990_000, tzinfo=UTC)
    stopped = replace(turns, clock=lambda: nearly_over)
    asyncio.run(stopped.take("calls", LIMIT, limit=LIMIT, period_s=1))

    with pytest.raises(RateLimited) as raised:
        asyncio.run(stopped.take("calls", 1, limit=LIMIT, period_s=1))

    assert raised.value.retry_after == 0.05


def test_windows_that_nobody_uses_any_more_are_forgotten(turns: Turns) -> None:
    asyncio.run(turns.take("calls", 1, limit=LIMIT, period_s=1))

    forget_windows(turns.database, datetime.now(UTC) - timedelta(hours=1))
    kept = _windows(turns)
    forget_windows(turns.database, datetime.now(UTC) + timedelta(hours=1))

    assert (len(kept), _windows(turns)) == (1, [])


async def _calls_of_workers(turns: Turns, *, workers: int, each: int) -> list[float]:
    made: list[float] = []

    async def work() -> None:
        for _ in range(each):
            await turns.take("calls", 1, limit=LIMIT, period_s=1)
            made.append(time.time())

    await asyncio.gather(*(work() for _ in range(workers)))
    return made


def _windows(turns: Turns) -> list[RateWindow]:
    with turns.database.transaction() as session:
        return list(session.exec(select(RateWindow)).all())
