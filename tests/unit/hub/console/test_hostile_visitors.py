"""What somebody who wants harm can send to the console, and what comes of it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlmodel import Session, select
from starlette.testclient import TestClient

from hub.accounts.models import ApiKey
from hub.accounts.oauth_server.models import OAuthClient, OAuthGrant
from hub.accounts.sessions import Member, find_member
from hub.connections import views as connecting
from hub.connections.models import Connection
from hub.console import router as console
from hub.crm.models import CrmMatch
from hub.deliveries.models import Delivery, Destination, WebhookEndpoint
from hub.deliveries.service import NewEndpoint, create_endpoint
from hub.meetings.models import Meeting, Participant
from hub.runtime import Runtime
from tests.support.apps import seed_allowed_app
from tests.support.console import result, seed_meeting
from tests.unit.hub.console.conftest import browser_with, found

Owner = tuple[str, Member]

FORMS_BEFORE_SIGNING_IN = {"/sign-in", "/first-run"}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}${7*7}\u202e"


def all_routes(routers: Iterable[Any] = (console, connecting.router)) -> Iterator[tuple[str, str]]:
    """Method and path of every route people's browsers can reach."""
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from ((method, route.path) for method in route.methods or ())
            else:
                yield from all_routes([route.original_router])


POSTS = [path for method, path in all_routes() if method == "POST" and path not in FORMS_BEFORE_SIGNING_IN]


@pytest.fixture
def whole_app(app: FastAPI) -> FastAPI:
    """The console with the routes that connect accounts."""
    app.include_router(connecting.router)
    return app


@pytest.fixture
def rows(runtime: Runtime, owner: Owner) -> dict[str, str]:
    """One row of everything that has an address, by the name of its path parameter."""
    organisation_id = owner[1].organisation_id
    meeting = seed_meeting(runtime, organisation_id)
    create_endpoint(runtime, organisation_id, NewEndpoint("https://example.com/hook"), actor="test")
    with runtime.database.transaction() as session:
        session.add(
            ApiKey(organisation_id=organisation_id, name="CI", key_hash="h", hint="abcd", created_at=runtime.clock())
        )
        session.flush()
        seed_allowed_app(session, owner[1], runtime.clock())

        def first(model: Any) -> str:
            return str(session.exec(select(model.id)).first())

        return {
            "meeting_id": meeting.id,
            "connection_id": first(Connection),
            "destination_id": first(Destination),
            "delivery_id": first(Delivery),
            "endpoint_id": first(WebhookEndpoint),
            "match_id": first(CrmMatch),
            "key_id": first(ApiKey),
            "client_id": first(OAuthClient),
            "grant_id": first(OAuthGrant),
            "user_id": owner[1].user_id,
        }


def with_ids() -> list[tuple[str, str]]:
    routes = [(method, path) for method, path in all_routes() if "_id}" in path]
    assert len(routes) >= 20
    return routes


@pytest.mark.parametrize(("method", "path"), with_ids())
def test_what_belongs_to_another_organisation_does_not_exist(
    whole_app: FastAPI, runtime: Runtime, rows: dict[str, str], outsider: str, method: str, path: str
) -> None:
    before = _everything(runtime)
    with runtime.database.transaction() as session:
        intruder = find_member(session, outsider, runtime.clock())
    assert intruder is not None

    answer = browser_with(whole_app, outsider).request(
        method, path.format(**rows), data={"csrf_token": intruder.csrf_token} if method == "POST" else None
    )

    assert answer.status_code == 404
    assert _everything(runtime) == before


def _everything(runtime: Runtime) -> list[str]:
    """The rows that addresses name, as they stand."""
    models = (Meeting, Connection, Destination, Delivery, WebhookEndpoint, CrmMatch, ApiKey, OAuthClient, OAuthGrant)
    with runtime.database.transaction() as session:
        return [row.model_dump_json() for model in models for row in session.exec(select(model)).all()]


@pytest.mark.parametrize("path", POSTS)
def test_every_form_needs_the_session_s_own_token(
    whole_app: FastAPI, owner: Owner, rows: dict[str, str], path: str
) -> None:
    address = path.format(**rows, provider="zoom")
    for wrong in ({}, {"csrf_token": ""}, {"csrf_token": "guessed"}, {"csrf_token": "\u00fc.\u00fc"}):
        assert browser_with(whole_app, owner[0]).post(address, data=wrong).status_code == 403


@pytest.mark.parametrize("path", sorted(FORMS_BEFORE_SIGNING_IN))
def test_forms_before_signing_in_come_from_our_own_pages(whole_app: FastAPI, owner: Owner, path: str) -> None:
    for site in ("cross-site", "same-site"):
        answer = browser_with(whole_app, owner[0]).post(path, headers={"sec-fetch-site": site})
        assert answer.status_code == 403


def test_the_form_token_differs_on_every_page(browser_of_owner: TestClient) -> None:
    """Pages are compressed: a value that repeats could be guessed from their length, letter by letter."""
    tokens = [
        re.findall(r'name="csrf_token" value="([^"]+)"', browser_of_owner.get("/settings").text) for _ in range(2)
    ]

    assert len(set(tokens[0]) | set(tokens[1])) == len(tokens[0]) + len(tokens[1])
    for token in (tokens[0][0], tokens[1][-1]):
        assert browser_of_owner.post("/account/sign-out-elsewhere", data={"csrf_token": token}).status_code == 303


def test_hostile_words_of_a_meeting_stay_words(runtime: Runtime, owner: Owner, browser_of_owner: TestClient) -> None:
    hostile = json.loads(json.dumps(result()), object_hook=_hostile)
    meeting = seed_meeting(runtime, owner[1].organisation_id, hostile)
    with runtime.database.transaction() as session:
        _make_hostile(session)

    for path in ("/", "/meetings", f"/meetings/{meeting.id}", "/deliveries", "/destinations", "/connections"):
        page = browser_of_owner.get(path).text
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
        assert "49" not in re.findall(r"onerror=alert\(2\)&gt;(\d+)", page), path
        assert not re.search(r'(?:href|src|action)="\s*(?:javascript|data|vbscript):', page, re.IGNORECASE), path
    signals = browser_of_owner.get(f"/meetings/{meeting.id}/signals.json")
    assert signals.headers["content-type"] == "application/json"


def _hostile(row: dict[str, Any]) -> dict[str, Any]:
    texts = {"speaker", "name", "text", "sentence", "summary", "note", "interrupted"}
    return {key: HOSTILE if key in texts and isinstance(value, str) else value for key, value in row.items()}


def _make_hostile(session: Session) -> None:
    for meeting in session.exec(select(Meeting)).all():
        meeting.title = meeting.host_email = HOSTILE
    for number, person in enumerate(session.exec(select(Participant)).all()):
        person.name, person.email = f"{HOSTILE}{number}", HOSTILE
    for match in session.exec(select(CrmMatch)).all():
        match.record_name, match.record_url, match.reason = HOSTILE, "javascript:alert(3)", HOSTILE
        match.alternatives = [{"type": HOSTILE, "id": HOSTILE, "name": HOSTILE}]
    for delivery in session.exec(select(Delivery)).all():
        delivery.receipt = {"summary": HOSTILE, "url": "JavaScript:alert(4)", "warnings": [HOSTILE]}
        delivery.state_reason = HOSTILE
    for connection in session.exec(select(Connection)).all():
        connection.account_name = HOSTILE
    for destination in session.exec(select(Destination)).all():
        destination.name, destination.mapping = HOSTILE, {HOSTILE: HOSTILE}


@pytest.mark.parametrize("location", ["/sign-in?next=//evil.example", "/sign-in?next=https://evil.example"])
def test_signing_in_leads_nowhere_else(browser_of_owner: TestClient, location: str) -> None:
    assert browser_of_owner.get(location).headers["location"] == "/"


def test_a_link_puts_no_words_on_our_pages(browser_of_owner: TestClient) -> None:
    assert "Zoom is connected." in browser_of_owner.get("/connections?notice=connected&provider=zoom").text
    for query in (
        "notice=connected&provider=Call+0800+123",
        "notice=Call+0800+123&provider=zoom",
        "notice=invalid&provider=salesforce&field=Call+0800+123",
        "notice=taken&provider=zoom&connection=Call+0800+123",
    ):
        assert "Call 0800 123" not in browser_of_owner.get(f"/connections?{query}").text


NUL = [
    "/meetings?q=%00", "/meetings?before=%00", "/meetings/mtg_%00", "/deliveries?cursor=%00", "/first-run?token=%00",
    "/connections?notice=%00&provider=%00", "/logos/%00.svg", "/destinations/new/%00",
]  # fmt: skip


def test_odd_characters_are_no_fault_of_ours(app: FastAPI, postgres_runtime: Runtime) -> None:
    app.state.runtime = postgres_runtime
    cookie, _ = found(postgres_runtime)
    statuses = {path: browser_with(app, cookie).get(path).status_code for path in NUL}
    assert {path: status for path, status in statuses.items() if status >= 500} == {}


def test_odd_characters_in_forms_are_no_fault_of_ours(app: FastAPI, postgres_runtime: Runtime) -> None:
    app.state.runtime = postgres_runtime
    cookie, member = found(postgres_runtime)
    browser = browser_with(app, cookie)
    odd, token = "a\x00b", {"csrf_token": member.csrf_token}

    assert browser.post("/sign-in", data={"email": odd, "password": odd}).status_code == 422
    assert browser.post("/settings/keys", data={"key_name": odd, **token}).status_code == 422
    assert (
        browser.post("/webhooks", data={"url": "https://example.com/", "description": odd, **token}).status_code == 422
    )
