"""A plan's frames a second: its own pace is never refused, and no more than the pace gets through on average."""

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest

from hub.accounts.pace import wait_for_turn
from hub.accounts.rate_limits import forget_windows
from hub.kit.database import Database
from hub.runtime import Runtime

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
EARLIER = timedelta(milliseconds=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    runtime: Runtime = request.getfixturevalue("runtime" if request.param == "sqlite" else "postgres_runtime")
    return runtime.database


def waits(database: Database, offsets_s: list[float], per_second: int = 2) -> list[float]:
    return [wait_for_turn(database, "key", per_second, NOW + timedelta(seconds=offset)) for offset in offsets_s]


def test_frames_at_the_plans_own_pace_are_never_refused_though_they_come_a_little_early_or_late(
    database: Database,
) -> None:
    jitter = random.Random(1)
    offsets = [number / 2 + jitter.uniform(-0.03, 0.03) for number in range(200)]

    assert set(waits(database, offsets)) == {0.0}


@pytest.mark.parametrize("per_second", [1, 2, 30])
def test_on_average_no_more_than_the_pace_gets_through(database: Database, per_second: int) -> None:
    let_through = waits(database, [number / 100 for number in range(2000)], per_second).count(0.0)

    assert 20 * per_second <= let_through <= 20 * per_second + per_second + 1


def test_a_refused_frame_is_told_exactly_when_it_may_come(database: Database) -> None:
    *before, wait_s = waits(database, [0.0, 0.0, 0.0, 0.2])

    assert before == [0.0, 0.0, 0.0]
    assert wait_s == pytest.approx(0.3)
    moment = NOW + timedelta(seconds=0.2 + wait_s)
    assert wait_for_turn(database, "key", 2, moment - EARLIER) > 0
    assert wait_for_turn(database, "key", 2, moment) == 0


def test_all_who_share_a_key_share_its_pace(database: Database) -> None:
    let_through: list[bool] = []

    def send() -> None:
        let_through.extend(wait_for_turn(database, "key", 30, NOW) == 0 for _ in range(20))

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert let_through.count(True) == 31


def test_a_plan_without_frames_lets_none_through(database: Database) -> None:
    assert waits(database, [0.0, 100.0], per_second=0) == [1.0, 1.0]


def test_the_pace_of_keys_that_are_not_used_any_more_is_forgotten(database: Database) -> None:
    waits(database, [0.0, 0.0, 0.0, 0.0])

    forget_windows(database, NOW - timedelta(hours=1))
    kept = waits(database, [0.0])
    forget_windows(database, NOW + timedelta(hours=1))

    assert kept != [0.0]
    assert waits(database, [0.0]) == [0.0]
