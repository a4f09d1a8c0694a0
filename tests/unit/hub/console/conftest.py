"""The console on its own, without the engine."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from hub import console, errors
from hub.accounts import service
from hub.accounts.models import Membership, Organisation, Role, User
from hub.accounts.service import Founder
from hub.accounts.sessions import Member, find_member, open_session
from hub.console.errors import error_page
from hub.runtime import Runtime


@pytest.fixture
def app(runtime: Runtime) -> FastAPI:
    """The console's routes over the test's store."""
    app = FastAPI()
    app.state.runtime = runtime
    app.state.error_page = error_page
    errors.install(app)
    app.include_router(console.router)
    return app


@pytest.fixture
def stranger(app: FastAPI) -> Iterator[TestClient]:
    """A browser nobody is signed in with."""
    with TestClient(app, base_url="http://127.0.0.1:8000", headers={"accept": "text/html"}) as client:
        yield client


@pytest.fixture
def owner(runtime: Runtime) -> tuple[str, Member]:
    """The owner of the first organisation: cookie and member."""
    return found(runtime)


def found(runtime: Runtime) -> tuple[str, Member]:
    """Make the first organisation; gives its owner's cookie and member."""
    link = service.first_run_link(runtime)
    assert link is not None
    founder = Founder("Northwind", "northwind.example", "Dana", "dana@northwind.example", "a long password")
    with runtime.database.transaction() as session:
        token = parse_qs(urlsplit(link).query)["token"][0]
        cookie = service.found_organisation(session, token, founder, region="uk", user_agent="", now=runtime.clock())
        member = find_member(session, cookie, runtime.clock())
        assert member is not None
        return cookie, member


@pytest.fixture
def browser_of_owner(app: FastAPI, owner: tuple[str, Member]) -> Iterator[TestClient]:
    """A browser the owner is signed in with."""
    with browser_with(app, owner[0]) as client:
        yield client


@pytest.fixture
def plain_member(runtime: Runtime, owner: tuple[str, Member]) -> str:
    """The cookie of somebody in the same organisation who may only read."""
    return somebody(runtime, owner[1].organisation_id, "mo@northwind.example", Role.MEMBER)


@pytest.fixture
def outsider(runtime: Runtime) -> str:
    """The cookie of the owner of another organisation."""
    with runtime.database.transaction() as session:
        organisation = Organisation(name="Fabrikam", created_at=runtime.clock())
        session.add(organisation)
    return somebody(runtime, organisation.id, "eve@fabrikam.example", Role.OWNER)


def somebody(runtime: Runtime, organisation_id: str, email: str, role: Role) -> str:
    now = runtime.clock()
    with runtime.database.transaction() as session:
        user = User(email=email, name=email, created_at=now)
        session.add(user)
        session.flush()
        membership = Membership(organisation_id=organisation_id, user_id=user.id, role=role, created_at=now)
        session.add(membership)
        return open_session(session, membership, user_agent="", now=now)


def browser_with(app: FastAPI, cookie: str) -> TestClient:
    return TestClient(
        app,
        base_url="http://127.0.0.1:8000",
        headers={"accept": "text/html"},
        cookies={"hub_session": cookie},
        follow_redirects=False,
    )
