"""Somebody else of the account removed the app: data is deleted only where the provider no longer knows our access."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select

from connectors import registry
from connectors.base.records import EventKind, SourceEvent
from connectors.base.testing import CLIENT_ID, CLIENT_SECRET, Answer, FakeProvider, fake_provider
from hub.accounts.models import Organisation
from hub.connections.models import Connection, ConnectionState
from hub.connections.sealing import seal_tokens
from hub.ingest.models import InboundEvent, InboundSource
from hub.ingest.proving import prove
from hub.ingest.service import take_in
from hub.kit.ids import new_id
from hub.runtime import Runtime
from hub.settings import OAuthApp
from oauth.tokens import TokenSet
from tests.connectors.fixtures import load_answers
from tests.support.stores import queued, queueing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
REMOVED = SourceEvent(EventKind.ACCOUNT_DEAUTHORIZED, "a", "account.deauthorized:1", NOW, user_id="a-colleague")


@dataclass
class Case:
    """A connection that was told of a removal."""

    runtime: Runtime
    provider: FakeProvider
    connection_id: str
    event_id: str

    def prove(self) -> list[str]:
        """What is to be done besides the first try itself."""
        asyncio.run(prove(self.runtime, self.connection_id, self.event_id, 0))
        return [each.partition(":")[0] for each in queued(self.runtime) if not each.endswith(":a0")]


@pytest.fixture
def case(runtime: Runtime) -> Iterator[Case]:
    with fake_provider(registry.manifest("zoom")) as provider:
        provider.answers, provider.access_token = load_answers(provider), "good"
        app = OAuthApp(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), hosts=provider.hosts)
        settings = runtime.settings.model_copy(update={"oauth_apps": {"zoom": app}})
        hub = replace(queueing(runtime), settings=settings, clock=lambda: NOW)
        connection_id = _connected(hub)
        with hub.database.transaction() as session:
            take_in(hub, session, session.get_one(Connection, connection_id), [REMOVED], InboundSource.WEBHOOK)
            event_id = session.exec(select(InboundEvent.id)).one()
        yield Case(hub, provider, connection_id, event_id)


def test_access_that_still_works_keeps_everything(case: Case) -> None:
    assert case.prove() == []


def test_access_that_is_gone_has_everything_deleted(case: Case) -> None:
    case.provider.access_token = "somebody-elses"

    assert case.prove() == ["forget"]


def test_a_provider_that_does_not_answer_is_asked_again(case: Case) -> None:
    case.provider.api_fault = Answer(503)

    assert case.prove() == ["prove"]


def test_an_app_that_is_refused_proves_nothing(case: Case) -> None:
    case.provider.access_token = "somebody-elses"
    case.provider.token_fault = Answer(401, {"error": "invalid_client"})

    assert case.prove() == []


@pytest.mark.parametrize(("lost_at", "done"), [(NOW - timedelta(hours=1), []), (NOW, ["forget"])])
def test_access_that_was_lost_proves_something_only_if_that_was_since_the_event(
    case: Case, lost_at: datetime, done: list[str]
) -> None:
    with case.runtime.database.transaction() as session:
        row = session.get_one(Connection, case.connection_id)
        row.state, row.checked_at = ConnectionState.RECONNECT, lost_at

    assert case.prove() == done


def _connected(hub: Runtime) -> str:
    row_id = new_id("con")
    tokens = TokenSet("good", "refresh", expires_at=NOW + timedelta(minutes=30))
    with hub.database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=NOW))
        session.flush()
        row = Connection(
            id=row_id, organisation_id=organisation.id, provider="zoom", account_id="a", created_at=NOW,
            tokens=seal_tokens(hub.vault, row_id, tokens), account={"user_id": "u"},
        )  # fmt: skip
        session.add(row)
    return row_id
