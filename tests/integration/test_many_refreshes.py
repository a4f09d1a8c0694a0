"""A thousand renewals of single-use tokens by four processes, and what a death in the middle of one costs."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest

from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from tests.support.refresh_worker import LOST
from tests.support.stage import Stage, found_organisation, staging

pytestmark = pytest.mark.postgres

PROCESSES = 4
REFRESHES = 1000
TOKEN_PATHS = ("/oauth/token", "/oauth2/token")


@pytest.fixture
def stage(tmp_path: Path, postgres_url: str) -> Iterator[Stage]:
    """Two organisations with an account at Salesforce each, one of them also at Zoom; all tokens are single-use."""
    with staging(tmp_path, tmp_path, database_url=postgres_url, providers=()) as built:
        built.set_option("salesforce", "rotate_refresh_tokens", True)
        built.organisation_id = found_organisation(built, ("zoom",), bare=True)
        for _ in range(3):
            found_organisation(built, ("salesforce",), bare=True)
        yield built


@pytest.mark.slow
def test_a_thousand_renewals_by_four_processes_use_every_token_once(stage: Stage) -> None:
    connections = stage.rows(Connection)
    each = REFRESHES // len(connections)
    workers = [_start(stage, connections, version=each + 1) for _ in range(PROCESSES)]

    for worker in workers:
        _release(worker)
    codes = [worker.wait(240) for worker in workers]

    assert codes == [0] * PROCESSES
    for provider, families in {"zoom": 1, "salesforce": 3}.items():
        tokens = stage.state(provider)["tokens"]
        assert tokens["refreshes"] == each * families
        assert tokens["refresh_tokens_used_twice"] == 0
        assert tokens["refresh_tokens"] == (each + 1) * families
        assert tokens["live_refresh_tokens"] == families
    for connection in stage.rows(Connection):
        assert (connection.state, connection.token_version) == (ConnectionState.ACTIVE, each + 1)
        assert connection.refresh_started_at is None


@pytest.mark.parametrize("provider", ["zoom", "salesforce"])
def test_a_death_between_the_answer_and_our_commit_asks_for_a_reconnection_once(stage: Stage, provider: str) -> None:
    connection = next(row for row in stage.rows(Connection) if row.provider == provider)
    _kill_in_the_middle(stage, connection)
    asked = _token_requests(stage)[provider]

    codes = [_finish(_start(stage, [connection], version=5)) for _ in range(2)]

    stored = _stored(stage, connection)
    assert codes == [LOST, LOST]
    assert stored.state is ConnectionState.RECONNECT
    assert "interrupted before its answer was stored" in stored.state_reason
    assert _token_requests(stage)[provider] == asked + 1


def test_a_death_between_the_answer_and_our_commit_costs_nothing_where_tokens_are_not_single_use(stage: Stage) -> None:
    stage.set_option("salesforce", "rotate_refresh_tokens", False)
    connection = next(row for row in stage.rows(Connection) if row.provider == "salesforce")
    _kill_in_the_middle(stage, connection)

    code = _finish(_start(stage, [connection], version=3))

    stored = _stored(stage, connection)
    assert (code, stored.state, stored.token_version) == (0, ConnectionState.ACTIVE, 3)
    assert stored.refresh_started_at is None


def _kill_in_the_middle(stage: Stage, connection: Connection) -> None:
    """The provider has answered, and the process dies before it stores what it got."""
    point = f"hub.connections.service.refresh:_store:before:{stage.directory / 'died'}"
    worker = _start(stage, [connection], version=2, CRASH_AT=point)
    assert _finish(worker) == -9
    assert _stored(stage, connection).refresh_started_at is not None


def _start(stage: Stage, connections: Sequence[Connection], *, version: int, **extra: str) -> "subprocess.Popen[str]":
    """A process that is ready to renew."""
    keys = [f"{row.organisation_id}:{row.id}" for row in connections]
    command = [sys.executable, "-m", "tests.support.refresh_worker", str(version), *keys]
    environment = {**os.environ, **stage.environment, **extra}
    worker = subprocess.Popen(
        command, text=True, env=environment, cwd=stage.directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    worker.stdout.close()
    return worker


def _release(worker: "subprocess.Popen[str]") -> None:
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.close()


def _finish(worker: "subprocess.Popen[str]") -> int:
    _release(worker)
    return worker.wait(60)


def _stored(stage: Stage, connection: Connection) -> Connection:
    with stage.runtime.database.transaction() as session:
        found = ConnectionRepository(session, connection.organisation_id).get(connection.id)
    assert found is not None
    return found


def _token_requests(stage: Stage) -> Counter[str]:
    """How often each provider was asked for tokens."""
    log = httpx.get(f"{stage.sandbox_url}/_sandbox/requests", timeout=30, trust_env=False).json()
    return Counter(entry["provider"] for entry in log if entry["path"].endswith(TOKEN_PATHS))
