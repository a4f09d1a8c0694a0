"""Idle connections are used once a day; one that fails does not keep the others from it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import select

from connectors import registry
from connectors.base.errors import RequestRejected
from connectors.base.testing import CLIENT_ID, CLIENT_SECRET, FakeProvider, fake_provider
from hub.accounts.models import Organisation
from hub.connections.access import open_source
from hub.connections.models import Connection, ConnectionState
from hub.connections.sealing import seal_tokens
from hub.connections.service.keep_alive import KeptAlive, keep_alive
from hub.deliveries.models import Message
from hub.kit.ids import new_id
from hub.runtime import Runtime
from hub.settings import OAuthApp
from oauth.tokens import TokenSet

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(registry.manifest("zoom")) as running:
        running.refresh_token = "alive"
        yield running


@pytest.mark.anyio
async def test_only_idle_connections_are_renewed_and_dead_ones_ask_for_a_reconnect(
    runtime: Runtime, provider: FakeProvider
) -> None:
    app = OAuthApp(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), hosts=provider.hosts)
    settings = runtime.settings.model_copy(update={"oauth_apps": {"zoom": app}})
    hub = replace(runtime, settings=settings, clock=lambda: NOW)
    dead = _connection(hub, "dead", "long-gone", NOW - timedelta(days=3))
    idle = _connection(hub, "idle", "alive", NOW - timedelta(days=2))
    _connection(hub, "busy", "not-touched", NOW - timedelta(hours=1))

    assert await keep_alive(hub) == KeptAlive(alive=1, failed=1)

    assert sorted(provider.used_refresh_tokens) == ["alive", "long-gone"]
    with hub.database.transaction() as session:
        rows = {row_id: session.get(Connection, row_id) for row_id in (dead, idle)}
    assert {row_id: row.state for row_id, row in rows.items() if row} == {
        dead: ConnectionState.RECONNECT,
        idle: ConnectionState.ACTIVE,
    }
    assert await keep_alive(hub) == KeptAlive(alive=0, failed=0)
    with hub.database.transaction() as session:
        told = session.exec(select(Message)).one()
    assert told.event_type == "connection.reconnect_required"
    assert json.loads(told.body)["connection_id"] == dead


def _connection(hub: Runtime, account: str, refresh_token: str, checked_at: datetime) -> str:
    row_id = new_id("con")
    with hub.database.transaction() as session:
        session.add(organisation := Organisation(name=account, created_at=NOW))
        session.flush()
        session.add(
            Connection(
                id=row_id,
                organisation_id=organisation.id,
                provider="zoom",
                account_id=account,
                tokens=seal_tokens(hub.vault, row_id, TokenSet("old", refresh_token)),
                created_at=checked_at,
                checked_at=checked_at,
            )
        )
    return row_id


@pytest.mark.anyio
async def test_an_app_registration_that_went_missing_parks_the_work_and_keeps_the_connection(runtime: Runtime) -> None:
    row_id = _connection(runtime, "unset", "unused", NOW)
    with runtime.database.transaction() as session:
        connection = session.get(Connection, row_id)
        assert connection is not None

    with pytest.raises(RequestRejected, match="CLIENT_ID"):
        async with open_source(runtime, connection.organisation_id, row_id) as source:
            await source._client.access_token(force_refresh=True)  # type: ignore[attr-defined]

    with runtime.database.transaction() as session:
        unchanged = session.get(Connection, row_id)
    assert unchanged is not None
    assert (unchanged.state, unchanged.refresh_started_at) == (ConnectionState.ACTIVE, None)
