"""`hub connector check`: whether live connections work, and what to do where they do not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.base.testing import Answer
from hub.connections.checking import check_all
from hub.connections.commands import _told
from tests.connectors.conftest import Bench

MakeBench = Callable[[str], Bench]


@pytest.mark.anyio
async def test_a_connection_that_works_shows_account_scopes_and_the_tokens_age(make_bench: MakeBench) -> None:
    bench = make_bench("zoom")
    connection = await bench.connect()
    later = replace(bench.runtime, clock=lambda: bench.runtime.clock() + timedelta(minutes=20))

    [found] = await check_all(later, connection.id)

    assert (found.works, found.provider, found.account) == (True, "zoom", connection.account_name)
    assert found.scopes == ("all",)
    assert "user:read:user" in found.missing_scopes
    assert found.token_age_s == pytest.approx(1200, abs=60)
    assert found.token_ends_in_s == pytest.approx(2400, abs=60)
    assert "given 20 min ago, ends in 40 min" in _told(found)
    assert bench.provider.access_token not in _told(found)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fault", "advice", "state"),
    [
        (Answer(401, {"message": "no"}), "Connect Zoom again", "reconnect"),
        (Answer(429, {"message": "slow down"}), "wait until Zoom", "active"),
        (Answer(503, {"message": "busy"}), "whether this machine reaches Zoom", "active"),
        (Answer(400, {"message": "bad"}), "docs/connect/zoom.md", "active"),
    ],
)
async def test_a_connection_that_fails_says_what_to_do(
    make_bench: MakeBench, fault: Answer, advice: str, state: str
) -> None:
    bench = make_bench("zoom")
    await bench.connect()
    bench.provider.api_fault = fault

    [found] = await check_all(bench.runtime, "zoom")

    assert (found.works, found.state) == (False, state)
    assert advice in found.advice
    assert found.problem
    assert "DOES NOT WORK" in _told(found)


@pytest.mark.anyio
async def test_only_the_connections_asked_for_are_checked(make_bench: MakeBench) -> None:
    bench = make_bench("zoom")
    await bench.connect()

    assert await check_all(bench.runtime, "con_unknown") == []
    assert await check_all(bench.runtime, "slack") == []
    assert len(await check_all(bench.runtime, "")) == 1
