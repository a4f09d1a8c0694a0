"""Keeping below HubSpot's limits."""

import asyncio

import pytest

from connectors.hubspot.pacing import Pace, Window


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(asyncio, "sleep", clock.sleep)
    return clock


async def _operation(window: Window, reserved: int, made: int) -> None:
    await window.reserve(reserved)
    window.settle(reserved, made)


@pytest.mark.anyio
async def test_what_fits_goes_at_once_and_the_rest_waits_for_the_window(clock: Clock) -> None:
    window, times = Window(10, 10.0, lambda: clock.now), []

    for _ in range(7):
        await _operation(window, 4, 4)
        times.append(round(clock.now))
        clock.now += 1

    assert times == [0, 1, 10, 11, 20, 21, 30]


@pytest.mark.anyio
async def test_room_that_was_not_used_is_given_back(clock: Clock) -> None:
    window = Window(10, 10.0, lambda: clock.now)

    for _ in range(5):
        await _operation(window, 8, 1)

    assert clock.now == pytest.approx(10, abs=0.2)


@pytest.mark.anyio
async def test_calls_count_from_when_they_were_made_and_not_from_the_reservation(clock: Clock) -> None:
    window = Window(10, 10.0, lambda: clock.now)
    await window.reserve(10)
    clock.now = 8.0
    window.settle(10, 10)

    await window.reserve(1)

    assert clock.now == pytest.approx(18, abs=0.2)


@pytest.mark.anyio
async def test_an_operation_larger_than_the_window_goes_when_nothing_else_is_there(clock: Clock) -> None:
    window = Window(10, 10.0, lambda: clock.now)
    await _operation(window, 3, 3)

    await _operation(window, 25, 25)

    assert clock.now == pytest.approx(10, abs=0.2)


@pytest.mark.anyio
async def test_a_failure_gives_its_room_back(clock: Clock) -> None:
    pace = Pace(calls=Window(10, 10.0, lambda: clock.now), searches=Window(1, 1.0, lambda: clock.now))

    for _ in range(3):
        with pytest.raises(RuntimeError):
            async with pace.room(10, 1):
                raise RuntimeError

    assert clock.now == 0
