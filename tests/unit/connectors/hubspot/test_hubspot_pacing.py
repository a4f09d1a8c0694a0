"""Keeping below HubSpot's limits."""

import asyncio

import pytest

from connectors.hubspot.pacing import Window


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


@pytest.mark.anyio
async def test_what_fits_goes_at_once_and_the_rest_waits_for_the_window(clock: Clock) -> None:
    window, times = Window(10, 10.0, lambda: clock.now), []

    for _ in range(7):
        await window.reserve(4)
        times.append(round(clock.now))
        clock.now += 1

    assert times == [0, 1, 10, 11, 20, 21, 30]
    assert all(sum(4 for other in times if time <= other < time + 10) <= 10 for time in times)


@pytest.mark.anyio
async def test_an_operation_larger_than_the_window_is_not_held_for_ever(clock: Clock) -> None:
    window = Window(10, 10.0, lambda: clock.now)
    await window.reserve(3)

    await window.reserve(25)

    assert round(clock.now) == 10
