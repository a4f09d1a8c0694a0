"""The redirect endpoints as a browser meets them: sessions, CSRF, one-time states, kind words."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import select

from connectors import registry
from connectors.base.testing import CLIENT_ID, CLIENT_SECRET, CODE, Answer, FakeProvider, fake_provider
from hub.accounts.dependencies import CSRF_FIELD, cookie_name
from hub.accounts.models import Membership, Organisation, Role, User
from hub.accounts.sessions import find_member, open_session
from hub.connections import views
from hub.connections.models import Connection, ConnectionState
from hub.runtime import Runtime
from hub.settings import OAuthApp
from tests.connectors.fixtures import load_answers

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Browser:
    """A signed-in browser."""

    http: httpx.AsyncClient
    csrf: str

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.http.post(path, data={CSRF_FIELD: self.csrf, **form})

    async def start(self, provider: FakeProvider) -> str:
        """Press connect; gives the state that the provider would send back."""
        answer = await self.post("/connect/zoom")
        assert answer.status_code == 303, answer.text
        query = httpx.URL(answer.headers["location"]).params
        provider.challenge = query["code_challenge"]
        return query["state"]

    async def come_back(self, **query: str) -> str:
        """Return from the provider; gives the notice that the connections page would show."""
        answer = await self.http.get("/oauth/zoom/callback", params=query)
        location = httpx.URL(answer.headers["location"])
        assert (answer.status_code, location.path) == (303, "/connections")
        return location.params["notice"]


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(registry.manifest("zoom")) as running:
        running.answers = load_answers(running)
        yield running


@pytest.fixture
def hub(runtime: Runtime, provider: FakeProvider) -> Runtime:
    app = OAuthApp(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET), hosts=provider.hosts)
    return replace(runtime, settings=runtime.settings.model_copy(update={"oauth_apps": {"zoom": app}}))


@asynccontextmanager
async def signed_in(hub: Runtime, email: str, role: Role = Role.ADMIN) -> AsyncIterator[Browser]:
    app = FastAPI()
    app.state.runtime = hub
    app.include_router(views.router)
    with hub.database.transaction() as session:
        now = hub.clock()
        session.add(organisation := Organisation(name=email, created_at=now))
        session.add(user := User(email=email, created_at=now))
        session.flush()
        membership = Membership(organisation_id=organisation.id, user_id=user.id, role=role, created_at=now)
        session.add(membership)
        token = open_session(session, membership, user_agent="test", now=now)
        session.flush()
        member = find_member(session, token, now)
    assert member is not None
    cookies = {cookie_name(hub.settings): token}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", cookies=cookies) as http:
        yield Browser(http, member.csrf_token)


async def test_an_admin_connects_an_account_and_it_is_renewed_the_second_time(
    hub: Runtime, provider: FakeProvider
) -> None:
    async with signed_in(hub, "mira@harbourlight.example") as browser:
        first = await browser.come_back(state=await browser.start(provider), code=CODE)
        second = await browser.come_back(state=await browser.start(provider), code=CODE)

    assert (first, second) == ("connected", "renewed")
    [connection] = _connections(hub)
    assert connection.token_version == 2


async def test_somebody_else_of_the_same_account_takes_nobodys_place(hub: Runtime, provider: FakeProvider) -> None:
    async with signed_in(hub, "mira@harbourlight.example") as browser:
        await browser.come_back(state=await browser.start(provider), code=CODE)
        [mine] = _connections(hub)
        _sign_in_as(provider, "uR5Colleague")

        refused = await browser.http.get(
            "/oauth/zoom/callback", params={"state": await browser.start(provider), "code": CODE}
        )

    assert refused.headers["location"] == f"/connections?notice=taken&provider=zoom&connection={mine.id}"
    [connection] = _connections(hub)
    assert (connection.token_version, connection.tokens) == (mine.token_version, mine.tokens)


async def test_once_the_first_is_disconnected_somebody_else_can_be_connected(
    hub: Runtime, provider: FakeProvider
) -> None:
    async with signed_in(hub, "mira@harbourlight.example") as browser:
        await browser.come_back(state=await browser.start(provider), code=CODE)
        [mine] = _connections(hub)
        await browser.post(f"/connections/{mine.id}/disconnect")
        _sign_in_as(provider, "uR5Colleague")

        assert await browser.come_back(state=await browser.start(provider), code=CODE) == "renewed"

    [connection] = _connections(hub)
    assert (connection.id, connection.account["user_id"]) == (mine.id, "uR5Colleague")


async def test_a_salesforce_connection_signs_in_where_its_form_says(hub: Runtime) -> None:
    apps = {"salesforce": OAuthApp(client_id=CLIENT_ID, client_secret=SecretStr(CLIENT_SECRET))}
    salesforce = replace(hub, settings=hub.settings.model_copy(update={"oauth_apps": apps}))
    async with signed_in(salesforce, "mira@harbourlight.example") as browser:
        answer = await browser.post("/connect/salesforce", login="https://Harbourlight.my.salesforce.com/home")
        refused = await browser.post("/connect/salesforce", login="evil.example")

    assert httpx.URL(answer.headers["location"]).host == "harbourlight.my.salesforce.com"
    assert refused.headers["location"] == "/connections?notice=invalid&provider=salesforce&field=login"


async def test_a_state_works_once(hub: Runtime, provider: FakeProvider) -> None:
    async with signed_in(hub, "mira@harbourlight.example") as browser:
        state = await browser.start(provider)

        assert await browser.come_back(state=state, code=CODE) == "connected"
        assert await browser.come_back(state=state, code=CODE) == "start_again"


async def test_a_state_belongs_to_the_browser_that_started(hub: Runtime, provider: FakeProvider) -> None:
    async with (
        signed_in(hub, "mira@harbourlight.example") as browser,
        signed_in(hub, "eve@pellworm.example") as other,
    ):
        assert await other.come_back(state=await browser.start(provider), code=CODE) == "start_again"

    assert not _connections(hub)
    assert not provider.calls(provider.token_path)


async def test_a_state_is_good_for_ten_minutes(hub: Runtime, provider: FakeProvider) -> None:
    clock = [datetime.now(UTC)]
    async with signed_in(replace(hub, clock=lambda: clock[0]), "mira@harbourlight.example") as browser:
        state = await browser.start(provider)
        clock[0] += timedelta(minutes=10, seconds=1)

        assert await browser.come_back(state=state, code=CODE) == "start_again"


@pytest.mark.parametrize("query", [{}, {"state": ""}, {"state": "invented", "code": CODE}])
async def test_a_return_without_a_known_state_is_turned_away(hub: Runtime, query: dict[str, str]) -> None:
    async with signed_in(hub, "mira@harbourlight.example") as browser:
        assert await browser.come_back(**query) == "start_again"


async def test_saying_no_at_the_provider_is_no_failure(hub: Runtime, provider: FakeProvider) -> None:
    async with signed_in(hub, "mira@harbourlight.example") as browser:
        state = await browser.start(provider)

        assert await browser.come_back(state=state, error="access_denied") == "declined"


async def test_a_code_that_the_provider_refuses_connects_nothing(hub: Runtime, provider: FakeProvider) -> None:
    async with signed_in(hub, "mira@harbourlight.example") as browser:
        state = await browser.start(provider)

        assert await browser.come_back(state=state, code="somebody-elses") == "failed"
    assert not _connections(hub)


async def test_only_admins_with_our_form_may_connect(hub: Runtime) -> None:
    async with signed_in(hub, "new@harbourlight.example", Role.MEMBER) as member:
        assert (await member.post("/connect/zoom")).status_code == 403
    async with signed_in(hub, "mira@harbourlight.example") as admin:
        forged = replace(admin, csrf="guessed")
        assert (await forged.post("/connect/zoom")).status_code == 403
        assert (await admin.post("/connect/unheard_of")).status_code == 404


async def test_an_unregistered_app_is_said_in_words(runtime: Runtime) -> None:
    async with signed_in(runtime, "mira@harbourlight.example") as browser:
        answer = await browser.post("/connect/zoom")

    assert answer.headers["location"] == "/connections?notice=not_configured&provider=zoom"


async def test_a_connection_is_checked_and_ended_by_its_own_organisation_only(
    hub: Runtime, provider: FakeProvider
) -> None:
    async with (
        signed_in(hub, "mira@harbourlight.example") as browser,
        signed_in(hub, "eve@pellworm.example") as other,
    ):
        await browser.come_back(state=await browser.start(provider), code=CODE)
        [connection] = _connections(hub)

        assert (await other.post(f"/connections/{connection.id}/disconnect")).status_code == 404
        assert _notice(await browser.post(f"/connections/{connection.id}/check")) == "works"
        provider.api_fault = Answer(503)
        assert _notice(await browser.post(f"/connections/{connection.id}/check")) == "unavailable"
        provider.api_fault = provider.answers["unauthorized"]
        assert _notice(await browser.post(f"/connections/{connection.id}/check")) == "reconnect"
        assert _notice(await browser.post(f"/connections/{connection.id}/disconnect")) == "disconnected"

    assert [row.state for row in _connections(hub)] == [ConnectionState.REVOKED]


def _notice(answer: httpx.Response) -> str:
    return httpx.URL(answer.headers["location"]).params["notice"]


def _sign_in_as(provider: FakeProvider, user_id: str) -> None:
    """Whoever signs in from now on is another member of the same account."""
    me = provider.answers["GET /api/users/me"]
    provider.answers["GET /api/users/me"] = replace(
        me, body={**me.body, "id": user_id, "email": "lee@harbourlight.example"}
    )


def _connections(hub: Runtime) -> list[Connection]:
    with hub.database.transaction() as session:
        return list(session.exec(select(Connection)).all())
