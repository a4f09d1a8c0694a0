"""Shares of a limit: few writes, never more than the limit, nearly all of it, an exact reset."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from hub.accounts.leases import Leases, Limit
from hub.accounts.rate_limits import Allowance
from hub.runtime import Runtime

ROOT = Path(__file__).parents[4]
NOW = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
LIMIT = Limit("key:requests", 1000, 60)


def taken(
    runtime: Runtime, limit: Limit, calls: int, now: datetime = NOW, leases: Leases | None = None
) -> list[Allowance]:
    async def all_of_them() -> list[Allowance]:
        own = leases or Leases()
        return [await own.take(runtime.database, limit, now) for _ in range(calls)]

    return asyncio.run(all_of_them())


def test_one_process_lets_through_exactly_the_limit(runtime: Runtime) -> None:
    allowances = taken(runtime, LIMIT, 1100)

    assert [one.exceeded for one in allowances].count(False) == 1000
    assert [one.remaining for one in allowances[:1001]] == [*range(999, -1, -1), 0]
    assert {one.resets_at for one in allowances} == {int(NOW.timestamp()) + 30}


def test_a_store_is_written_to_once_for_many_calls(runtime: Runtime) -> None:
    statements: list[str] = []
    sa.event.listen(runtime.database.engine, "before_cursor_execute", lambda *told: statements.append(told[2]))

    taken(runtime, LIMIT, 1000)

    assert len(statements) == 200


def test_after_the_reset_the_whole_limit_is_there_again(runtime: Runtime) -> None:
    leases = Leases()
    taken(runtime, LIMIT, 1100, leases=leases)

    later = taken(runtime, LIMIT, 1, NOW + timedelta(seconds=30), leases)[0]

    assert (later.exceeded, later.remaining) == (False, 999)


def test_a_raised_limit_counts_at_once(runtime: Runtime) -> None:
    leases = Leases()
    taken(runtime, LIMIT._replace(calls=10), 20, leases=leases)

    assert not taken(runtime, LIMIT._replace(calls=20), 1, leases=leases)[0].exceeded


def test_many_at_once_are_let_through_exactly_up_to_the_limit(runtime: Runtime) -> None:
    async def storm() -> list[Allowance]:
        leases = Leases()
        return await asyncio.gather(*(leases.take(runtime.database, LIMIT._replace(calls=60), NOW) for _ in range(200)))

    assert [one.exceeded for one in asyncio.run(storm())].count(False) == 60


@pytest.mark.postgres
def test_four_processes_share_one_limit_within_two_per_cent(postgres_runtime: Runtime) -> None:
    command = [sys.executable, "-m", "tests.support.leasing_worker", postgres_runtime.settings.database_url, "1000"]
    processes = [
        subprocess.Popen([*command, calls], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for calls in ("700", "500", "300", "100")  # more than the limit, from busy and from quiet ones
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    found = [json.loads(process.communicate(timeout=200)[0]) for process in _begun(processes)]

    assert 980 <= sum(one["passed"] for one in found) <= 1000
    assert {reset for one in found for reset in one["resets"]} == {int(NOW.timestamp()) + 30}


def _begun(processes: "list[subprocess.Popen[str]]") -> "list[subprocess.Popen[str]]":
    """All at once, before any of them is waited for."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return processes
