"""Many lookups, few questions."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from hub.kit.batching import Batcher


@pytest.mark.anyio
async def test_lookups_at_the_same_time_are_asked_together() -> None:
    asked: list[list[int]] = []

    def squares(numbers: Sequence[int]) -> dict[int, int]:
        asked.append(list(numbers))
        return {number: number * number for number in numbers if number != 5}

    batcher = Batcher(squares)
    found = await asyncio.gather(*(batcher.get(number % 10) for number in range(50)))

    assert found == [None if n % 10 == 5 else (n % 10) ** 2 for n in range(50)]
    assert sorted(number for numbers in asked for number in numbers) == list(range(10))
    assert len(asked) <= 2


@pytest.mark.anyio
async def test_who_looks_later_gets_a_later_answer() -> None:
    value, gate, began = [1], threading.Event(), threading.Event()

    def read(keys: Sequence[str]) -> dict[str, int]:
        found = dict.fromkeys(keys, value[0])
        began.set()
        gate.wait(10)
        return found

    batcher = Batcher(read)
    first = asyncio.create_task(batcher.get("key"))
    await asyncio.to_thread(began.wait, 10)
    value[0] = 2
    second = asyncio.create_task(batcher.get("key"))
    await asyncio.sleep(0)
    gate.set()

    assert [await first, await second] == [1, 2]


@pytest.mark.anyio
async def test_everybody_who_asked_learns_of_a_failure_and_the_next_question_is_asked() -> None:
    failing = [True]

    def read(keys: Sequence[str]) -> dict[str, int]:
        if failing[0]:
            raise OSError("the store is away")
        return dict.fromkeys(keys, 1)

    batcher = Batcher(read)
    refused = await asyncio.gather(*(batcher.get("key") for _ in range(3)), return_exceptions=True)
    failing[0] = False

    assert [type(one) for one in refused] == [OSError] * 3
    assert await batcher.get("key") == 1


@pytest.mark.anyio
async def test_one_who_goes_away_takes_nobody_s_answer_along() -> None:
    batcher: Batcher[str, int] = Batcher(lambda keys: dict.fromkeys(keys, 1))
    leaving, staying = asyncio.create_task(batcher.get("key")), asyncio.create_task(batcher.get("key"))
    await asyncio.sleep(0)
    leaving.cancel()

    assert await staying == 1
