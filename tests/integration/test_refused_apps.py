"""A wrong or expired client secret: the work waits, an admin reads why, and all goes on once it is repaired."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select

from connectors import registry
from connectors.base.errors import AuthorizationLost
from connectors.base.testing import CLIENT_ID, CLIENT_SECRET, Answer, FakeProvider, fake_provider
from hub.accounts.models import AuditEntry, Organisation
from hub.connections.access import open_connector
from hub.connections.checking import check_all
from hub.connections.models import Connection, ConnectionState
from hub.connections.sealing import seal_tokens
from hub.connections.service.access import ConnectionKey
from hub.connections.service.keep_alive import keep_alive
from hub.connections.service.refused import ask_refused_again
from hub.deliveries.models import Message
from hub.engine.retry import DecisionKind, decide
from hub.kit.ids import new_id
from hub.runtime import Runtime
from hub.settings import OAuthApp
from oauth.tokens import TokenSet
from tests.connectors.fixtures import load_answers

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "Zx8Q~aVeryLongClientSecretThatNobodyMaySee12"
EXPIRED = {
    "error": "invalid_client",
    "error_description": f"AADSTS7000222: The provided client secret keys are expired ({SECRET}).\r\nTrace ID: 1",
}


@dataclass
class Case:
    """A connection whose access has ended, and a provider that refuses the app."""

    runtime: Runtime
    provider: FakeProvider
    key: ConnectionKey

    def stored(self) -> Connection:
        with self.runtime.database.transaction() as session:
            return session.get_one(Connection, self.key.connection_id)

    def later(self, minutes: float) -> Runtime:
        return replace(self.runtime, clock=lambda: NOW + timedelta(minutes=minutes))

    def messages(self) -> list[Message]:
        with self.runtime.database.transaction() as session:
            return list(session.exec(select(Message)).all())


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    runtime: Runtime = request.getfixturevalue("runtime" if request.param == "sqlite" else "postgres_runtime")
    with fake_provider(registry.manifest("zoom")) as provider:
        provider.answers, provider.refresh_token = load_answers(provider), "refresh-0"
        provider.token_fault = Answer(401, EXPIRED)
        app = OAuthApp(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), hosts=provider.hosts)
        settings = runtime.settings.model_copy(update={"oauth_apps": {"zoom": app}})
        hub = replace(runtime, settings=settings, clock=lambda: NOW)
        yield Case(hub, provider, _connected(hub))


def test_the_work_waits_and_the_admin_reads_the_providers_words(case: Case) -> None:
    with pytest.raises(AuthorizationLost) as lost:
        asyncio.run(_use(case, case.runtime))

    assert decide(lost.value, 0).kind is DecisionKind.WAIT_FOR_RECONNECT
    assert case.stored().state is ConnectionState.REFUSED
    assert "Zoom refuses this hub's app" in case.stored().state_reason
    assert "AADSTS7000222: The provided client secret keys are expired" in case.stored().state_reason
    assert "Trace ID" not in case.stored().state_reason


def test_a_secret_that_the_provider_repeats_is_masked(case: Case) -> None:
    with pytest.raises(AuthorizationLost) as lost:
        asyncio.run(_use(case, case.runtime))

    assert SECRET not in lost.value.message + case.stored().state_reason + str(case.messages())


def test_a_secret_is_masked_also_where_the_words_are_cut(case: Case) -> None:
    case.provider.token_fault = Answer(401, {**EXPIRED, "error_description": f"{'It has ended, so. ' * 10}{SECRET}"})

    with pytest.raises(AuthorizationLost) as lost:
        asyncio.run(_use(case, case.runtime))

    assert SECRET[:8] not in lost.value.message


def test_it_is_announced_once_however_often_it_is_met(case: Case) -> None:
    for minutes in (0, 1, 6, 12):
        with pytest.raises(AuthorizationLost):
            asyncio.run(_use(case, case.later(minutes)))
        asyncio.run(ask_refused_again(case.later(minutes)))

    [told] = case.messages()
    assert told.event_type == "connection.app_refused"
    assert json.loads(told.body)["connection_id"] == case.key.connection_id
    with case.runtime.database.transaction() as session:
        assert [row.action for row in session.exec(select(AuditEntry)).all()] == ["connection.app_refused"]


def test_the_provider_is_not_asked_without_a_rest(case: Case) -> None:
    for minutes in (0, 1, 2, 5):
        with pytest.raises(AuthorizationLost):
            asyncio.run(_use(case, case.later(minutes)))
        asyncio.run(ask_refused_again(case.later(minutes)))

    assert len(case.provider.calls(case.provider.token_path)) == 2


def test_all_goes_on_once_the_app_is_accepted_again(case: Case) -> None:
    with pytest.raises(AuthorizationLost):
        asyncio.run(_use(case, case.runtime))
    case.provider.token_fault = None

    assert asyncio.run(ask_refused_again(case.later(5))) == 1

    assert (case.stored().state, case.stored().state_reason) == (ConnectionState.ACTIVE, "")
    asyncio.run(_use(case, case.later(6)))


def test_a_check_by_a_person_finds_out_at_once(case: Case) -> None:
    asyncio.run(keep_alive(case.later(25 * 60)))
    assert case.stored().state is ConnectionState.REFUSED
    [refused] = asyncio.run(check_all(case.runtime, "zoom"))
    case.provider.token_fault = None

    [found] = asyncio.run(check_all(case.runtime, "zoom"))

    assert "docs/connect/zoom.md" in refused.advice
    assert (found.works, found.state) == (True, "active")


def test_access_that_ended_meanwhile_asks_for_a_reconnect(case: Case) -> None:
    with pytest.raises(AuthorizationLost):
        asyncio.run(_use(case, case.runtime))
    case.provider.token_fault, case.provider.refresh_token = None, "somebody-elses"

    asyncio.run(ask_refused_again(case.later(5)))

    assert case.stored().state is ConnectionState.RECONNECT


async def _use(case: Case, hub: Runtime) -> None:
    async with open_connector(hub, case.key.organisation_id, case.key.connection_id) as connector:
        await connector.check()


def _connected(hub: Runtime) -> ConnectionKey:
    row_id = new_id("con")
    tokens = TokenSet("ended", "refresh-0", expires_at=NOW - timedelta(minutes=1))
    with hub.database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=NOW))
        session.flush()
        sealed = seal_tokens(hub.vault, row_id, tokens)
        row = Connection(
            id=row_id, organisation_id=organisation.id, provider="zoom", account_id="a", tokens=sealed,
            created_at=NOW, checked_at=NOW,
        )  # fmt: skip
        session.add(row)
        return ConnectionKey(organisation.id, row_id)
