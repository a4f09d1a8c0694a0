"""Many callers, one single-use refresh token: each token is used once, whoever asks and whatever dies."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy.exc
from pydantic import SecretStr

from connectors import registry
from connectors.base.errors import AuthorizationLost, ProviderUnavailable
from connectors.base.testing import CLIENT_ID, CLIENT_SECRET, Answer, FakeProvider, fake_provider
from hub.accounts.models import Organisation
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.connections.sealing import open_tokens, seal_tokens
from hub.connections.service import refresh as refreshing
from hub.connections.service.access import ConnectionKey
from hub.connections.service.refresh import refresh
from hub.kit.ids import new_id
from hub.runtime import Runtime
from hub.settings import OAuthApp
from oauth.tokens import TokenSet
from tests.support.waiting import PATIENCE_S, until

ROOT = Path(__file__).parents[2]


@dataclass
class Case:
    """A connection whose tokens are about to be renewed."""

    runtime: Runtime
    provider: FakeProvider
    key: ConnectionKey

    def stored(self) -> Connection:
        with self.runtime.database.transaction() as session:
            found = ConnectionRepository(session, self.key.organisation_id).get(self.key.connection_id)
        assert found is not None
        return found

    def tokens(self) -> TokenSet:
        return open_tokens(self.runtime.vault, self.key.connection_id, self.stored().tokens)

    def change(self, **values: Any) -> None:
        with self.runtime.database.transaction() as session:
            repository = ConnectionRepository(session, self.key.organisation_id)
            assert repository.update_if(self.key.connection_id, 1, **values)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    base: Runtime = request.getfixturevalue("runtime" if request.param == "sqlite" else "postgres_runtime")
    with fake_provider(registry.manifest("zoom")) as provider:
        provider.access_token, provider.refresh_token = "access-0", "refresh-0"
        app = OAuthApp(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), hosts=provider.hosts)
        settings = base.settings.model_copy(update={"oauth_apps": {"zoom": app}})
        runtime = replace(base, settings=settings)
        yield Case(runtime, provider, _connection(runtime))


def test_threads_that_refresh_together_use_the_token_once(case: Case) -> None:
    slow_down(case.provider)
    got: list[str] = []

    def work() -> None:
        access = asyncio.run(refresh(case.runtime, case.key, seen_version=1))
        got.append(access.tokens.access_token)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert case.provider.used_refresh_tokens == ["refresh-0"]
    assert got == ["access-1"] * 8


def test_tasks_of_one_loop_that_refresh_together_use_the_token_once(case: Case) -> None:
    async def together() -> list[str]:
        found = await asyncio.gather(*(refresh(case.runtime, case.key, 1) for _ in range(12)))
        return [access.tokens.access_token for access in found]

    assert asyncio.run(together()) == ["access-1"] * 12
    assert case.provider.used_refresh_tokens == ["refresh-0"]


def test_processes_that_refresh_together_use_each_token_once(case: Case) -> None:
    slow_down(case.provider)
    workers = [start_worker(case) for _ in range(3)]

    for worker in workers:
        release(worker)
    codes = [worker.wait(60) for worker in workers]

    assert codes == [0, 0, 0]
    assert case.provider.used_refresh_tokens == ["refresh-0", "refresh-1", "refresh-2"]


def test_a_process_killed_while_it_waits_for_the_answer_leaves_no_lock_but_an_open_journal(case: Case) -> None:
    slow_down(case.provider, seconds=60)
    worker = start_worker(case)
    release(worker)
    until(lambda: case.provider.used_refresh_tokens == ["refresh-0"])

    worker.kill()
    worker.wait(10)

    assert case.stored().refresh_started_at is not None
    with pytest.raises(AuthorizationLost, match="interrupted before its answer was stored"):
        asyncio.run(asyncio.wait_for(refresh(case.runtime, case.key, 1), PATIENCE_S))


def test_the_journal_is_committed_before_the_provider_is_asked(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[datetime | None] = []
    handle = case.provider.handle

    def look(request: Any) -> Answer:
        seen.append(case.stored().refresh_started_at)
        return handle(request)

    monkeypatch.setattr(case.provider, "handle", look)

    asyncio.run(refresh(case.runtime, case.key, 1))

    assert [moment is not None for moment in seen] == [True]
    assert case.stored().refresh_started_at is None


def test_an_answer_lost_in_a_crash_is_noticed_and_named(case: Case) -> None:
    case.provider.refresh_token = "refresh-1"  # the provider renewed; the process died before it could store that
    case.change(refresh_started_at=datetime.now(UTC) - timedelta(minutes=5))

    with pytest.raises(AuthorizationLost, match="interrupted before its answer was stored"):
        asyncio.run(refresh(case.runtime, case.key, 1))

    assert case.provider.used_refresh_tokens == ["refresh-0"]
    assert case.stored().state is ConnectionState.RECONNECT
    assert "interrupted" in case.stored().state_reason


def test_a_crash_before_the_provider_renewed_costs_nothing(case: Case) -> None:
    case.change(refresh_started_at=datetime.now(UTC) - timedelta(minutes=5))

    access = asyncio.run(refresh(case.runtime, case.key, 1))

    assert access.tokens.refresh_token == "refresh-1"
    assert case.stored().refresh_started_at is None


def test_an_answer_cut_on_its_way_leaves_the_journal_open(case: Case) -> None:
    case.provider.lose_token_answers = 1

    with pytest.raises(ProviderUnavailable):
        asyncio.run(refresh(case.runtime, case.key, 1))
    assert case.stored().refresh_started_at is not None
    assert case.stored().state is ConnectionState.ACTIVE

    with pytest.raises(AuthorizationLost, match="interrupted"):
        asyncio.run(refresh(case.runtime, case.key, 1))


def test_a_refusal_without_renewal_closes_the_journal(case: Case) -> None:
    case.provider.token_fault = Answer(503)

    with pytest.raises(ProviderUnavailable):
        asyncio.run(refresh(case.runtime, case.key, 1))

    assert case.stored().refresh_started_at is None


def test_a_store_that_is_away_for_a_moment_does_not_lose_the_new_pair(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    update, failures = refreshing._update, [2]

    def flaky(*arguments: Any, **values: Any) -> None:
        if "tokens" in values and failures[0]:
            failures[0] -= 1
            raise sqlalchemy.exc.OperationalError("update", {}, Exception("the store is restarting"))
        update(*arguments, **values)

    monkeypatch.setattr(refreshing, "_update", flaky)

    asyncio.run(refresh(case.runtime, case.key, 1))

    assert failures == [0]
    assert case.tokens().refresh_token == "refresh-1"


def test_somebody_who_connects_again_meanwhile_is_not_undone(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    handle = case.provider.handle
    anew = TokenSet("access-new", "refresh-new")

    def reconnect_meanwhile(request: Any) -> Answer:
        case.change(tokens=seal_tokens(case.runtime.vault, case.key.connection_id, anew), token_version=2)
        return handle(request)

    monkeypatch.setattr(case.provider, "handle", reconnect_meanwhile)

    access = asyncio.run(refresh(case.runtime, case.key, 1))

    assert access.tokens.access_token == "access-new"
    assert case.tokens().refresh_token == "refresh-new"


def slow_down(provider: FakeProvider, seconds: float = 0.2) -> None:
    """Make grants take long enough for the others to arrive."""
    issue = provider._issue
    provider._issue = lambda *, first: replace(issue(first=first), delay_s=seconds)  # type: ignore[method-assign]


def start_worker(case: Case) -> "subprocess.Popen[str]":
    """A process that is ready to renew the case's connection."""
    key = f"{case.key.organisation_id}:{case.key.connection_id}"
    command = [sys.executable, "-m", "tests.support.refresh_worker", "4", key]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    worker = subprocess.Popen(command, text=True, env=environment(case), cwd=ROOT, **pipes)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    worker.stdout.close()
    return worker


def release(worker: "subprocess.Popen[str]") -> None:
    """Let it go."""
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.close()


def environment(case: Case) -> dict[str, str]:
    """The case's hub, for a process of its own."""
    settings = case.runtime.settings
    assert settings.master_key is not None
    hosts = {f"HUB_OAUTH_APPS__ZOOM__HOSTS__{name.upper()}": url for name, url in case.provider.hosts.items()}
    return {
        **os.environ,
        "HUB_DATA_DIR": str(settings.data_dir),
        "HUB_DATABASE_URL": settings.database_url,
        "HUB_MASTER_KEY": settings.master_key.get_secret_value(),
        "HUB_OAUTH_APPS__ZOOM__CLIENT_ID": CLIENT_ID,
        "HUB_OAUTH_APPS__ZOOM__CLIENT_SECRET": CLIENT_SECRET,
        **hosts,
    }


def _connection(runtime: Runtime) -> ConnectionKey:
    now, row_id = runtime.clock(), new_id("con")
    with runtime.database.transaction() as session:
        session.add(organisation := Organisation(name="Harbourlight", created_at=now))
        session.flush()
        sealed = seal_tokens(runtime.vault, row_id, TokenSet("access-0", "refresh-0"))
        connection = Connection(
            id=row_id,
            organisation_id=organisation.id,
            provider="zoom",
            account_id="acc",
            tokens=sealed,
            created_at=now,
        )
        session.add(connection)
    return ConnectionKey(organisation.id, row_id)
