"""A hub that reaches one connector's fake provider, and a connection made through the real flow."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from connectors import registry
from connectors.base.testing import CLIENT_ID, CLIENT_SECRET, CODE, FakeProvider, fake_provider
from hub.accounts.models import Organisation
from hub.connections import provider_http
from hub.connections.models import Connection
from hub.connections.service.access import ConnectionKey
from hub.connections.service.finish import Visitor, finish_connecting
from hub.connections.service.start import start_connecting
from hub.runtime import Runtime
from hub.settings import OAuthApp
from tests.connectors.fixtures import load_answers


@dataclass
class Bench:
    """One provider, one hub, one organisation."""

    runtime: Runtime
    provider: FakeProvider
    visitor: Visitor

    @property
    def id(self) -> str:
        return self.provider.manifest.id

    def begin(self) -> dict[str, str]:
        """Start connecting; gives the query that the provider's page is opened with."""
        url = start_connecting(
            self.runtime,
            organisation_id=self.visitor.organisation_id,
            session_id=self.visitor.session_id,
            provider=self.id,
        )
        query = dict(parse_qsl(urlsplit(url).query))
        self.provider.challenge = query.get("code_challenge", "")
        return query

    async def connect(self) -> Connection:
        """The whole flow, as if a person had agreed."""
        state = self.begin()["state"]
        kept = await finish_connecting(self.runtime, self.visitor, self.id, {"state": state, "code": CODE})
        return kept.connection

    def stored(self, connection: Connection) -> Connection:
        with self.runtime.database.transaction() as session:
            found = session.get(Connection, connection.id)
        assert found is not None
        return found

    def key(self, connection: Connection) -> ConnectionKey:
        return ConnectionKey(connection.organisation_id, connection.id)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def make_bench(runtime: Runtime) -> Iterator[Callable[[str], Bench]]:
    """Makes a bench for a provider."""
    with ExitStack() as stack:

        def make(provider_id: str) -> Bench:
            provider = stack.enter_context(fake_provider(registry.manifest(provider_id)))
            provider.answers = load_answers(provider)
            return Bench(_with_app(runtime, provider), provider, _visitor(runtime))

        yield make


def _with_app(runtime: Runtime, provider: FakeProvider) -> Runtime:
    app = OAuthApp(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), hosts=provider.hosts)
    settings = runtime.settings.model_copy(update={"oauth_apps": {provider.manifest.id: app}})
    return replace(runtime, settings=settings)


def _visitor(runtime: Runtime) -> Visitor:
    with runtime.database.transaction() as session:
        session.add(organisation := Organisation(name="Harbourlight", created_at=runtime.clock()))
        session.flush()
        return Visitor(organisation.id, "cse_test", "usr_test")


def as_query(value: Any) -> dict[str, str]:
    return {str(name): str(item) for name, item in dict(value).items()}


def lose_patience(provider_id: str, monkeypatch: pytest.MonkeyPatch, seconds: float = 1.0) -> None:
    """Shorten every time-out on the way to this provider: the hub's own, and those given to SDKs."""
    monkeypatch.setattr(provider_http, "_TIMEOUT", httpx.Timeout(seconds))
    for name, module in list(sys.modules.items()):
        given = getattr(module, "_TIMEOUT_S", None) if name.startswith(f"connectors.{provider_id}.") else None
        if given is not None:
            monkeypatch.setattr(module, "_TIMEOUT_S", (seconds, seconds) if isinstance(given, tuple) else seconds)
