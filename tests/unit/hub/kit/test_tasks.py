"""Ending a task keeps whose cancellation it was."""

import asyncio

import anyio
import pytest

from hub.kit.tasks import stop


async def _work(ends_with: BaseException | None) -> None:
    try:
        await asyncio.sleep(60)
    finally:
        await asyncio.sleep(0)
        if ends_with is not None:
            raise ends_with


@pytest.mark.anyio
@pytest.mark.parametrize("ends_with", [None, ValueError("at the end")])
async def test_a_task_is_over_afterwards_however_it_ends(ends_with: BaseException | None) -> None:
    task = asyncio.create_task(_work(ends_with))
    await asyncio.sleep(0)

    await stop(task)

    assert task.done()


@pytest.mark.anyio
async def test_a_scope_that_is_cancelled_meanwhile_ends_quietly() -> None:
    task = asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)

    with anyio.CancelScope() as scope:
        asyncio.get_running_loop().call_soon(scope.cancel)
        await stop(task)

    assert scope.cancelled_caught
