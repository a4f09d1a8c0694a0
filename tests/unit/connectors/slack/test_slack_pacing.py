"""Messages of one channel never bunch up, however late the last one was."""

import asyncio
from time import monotonic
from typing import Any, cast

import pytest

from connectors.base.connector import AuthorizedClient
from connectors.slack.pacing import turn


class Client:
    """Knows how often a turn was taken."""

    def __init__(self) -> None:
        self.hosts = {"api": "https://slack.example/api"}
        self.taken: list[str] = []

    async def take_turn(self, policy: str, calls: int, *, limit: int, period_s: int) -> None:
        assert (calls, limit, period_s) == (1, 1, 1)
        self.taken.append(policy)


async def _post(
    client: Any, channel: str, takes_s: float, at: list[tuple[float, float]], *, fail: bool = False
) -> None:
    async with turn(cast("AuthorizedClient", client), channel):
        began = monotonic()
        await asyncio.sleep(takes_s)
        at.append((began, monotonic()))
        if fail:
            raise ValueError("lost")


@pytest.mark.anyio
async def test_the_next_message_waits_for_the_answer_and_a_second_more() -> None:
    client, at = Client(), list[tuple[float, float]]()

    await asyncio.gather(*(_post(client, "C1", 0.2, at) for _ in range(2)))

    (_, answered), (began, _) = at
    assert began - answered >= 1.0
    assert client.taken == ["channel:C1", "channel:C1"]


@pytest.mark.anyio
async def test_a_message_that_fails_keeps_its_second_too() -> None:
    client, at = Client(), list[tuple[float, float]]()

    with pytest.raises(ValueError, match="lost"):
        await _post(client, "C1", 0.0, at, fail=True)
    await _post(client, "C1", 0.0, at)

    (_, failed), (began, _) = at
    assert began - failed >= 1.0


@pytest.mark.anyio
async def test_channels_do_not_wait_for_each_other() -> None:
    client, at = Client(), list[tuple[float, float]]()

    await asyncio.gather(_post(client, "C1", 0.2, at), _post(client, "C2", 0.2, at))

    assert max(began for began, _ in at) < min(ended for _, ended in at)
