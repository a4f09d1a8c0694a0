"""Every route of the hub, taken from its router table, against callers who must not get through.

A new route takes part by itself. It fails here when nothing guards it and it is not in `OPEN`, when its address names
something that `tests.support.tenant` does not make, or when its body needs a field that is not in `BODIES`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from hub import runtime as runtimes
from hub.accounts.models import Role
from hub.accounts.scopes import APP_SCOPES, SCOPES
from hub.accounts.sessions import Member, find_member
from hub.runtime import Runtime
from hub.settings import Settings
from tests.support.api import a_key
from tests.support.apps import Person, a_person, a_server, an_app, tokens
from tests.support.routes import Guarded, all_guarded
from tests.support.stores import ready_runtime
from tests.support.tenant import Tenant, everything_of, names_of, seed_everything

OPEN = {
    "/healthz": "for probes; tells nothing",
    "/readyz": "for probes; tells nothing",
    "/metrics": "for this machine, or with its own token",
    "/openapi.json": "the same for everybody",
    "/docs": "the same for everybody",
    "/about-scores": "the same for everybody",
    "/static": "the same for everybody",
    "/logos/{provider}.svg": "the same for everybody",
    "/.well-known/webhook-keys.json": "public keys",
    "/.well-known/oauth-authorization-server": "the same for everybody",
    "/hooks/{provider}": "checks the provider's signature",
    "/sign-in": "is how one gets in",
    "/first-run": "checks its one-time link",
    "/oauth/authorize": "asks for sign-in itself, after it looked at the app's request",
    "/oauth/token": "checks the app",
    "/oauth/revoke": "checks the app",
    "/oauth/introspect": "checks the app",
}
READ_THEN_ADMIT = {f"/v1/analyse/{kind}" for kind in ("video", "audio", "text", "image", "multimodal")}
"""They ask for the scope `analyse` as they begin to read the upload."""
SOCKETS = {"/v1/sessions/{session_id}/stream", "/v1/stream/video", "/v1/stream/audio"}
OWN_ACCOUNT = {"/sign-out", "/account/password", "/account/sign-out-elsewhere"}
FRAME = {"files": {"frame": ("frame.jpg", b"\xff\xd8\xff\xe0", "image/jpeg")}}
BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/destinations": {"json": {"connection_id": "{connection_id}", "name": "Theirs"}},
    "POST /v1/deliveries/recover": {"json": {"since": "2026-01-01T00:00:00Z", "endpoint_id": "{endpoint_id}"}},
    "POST /v1/destinations/{destination_id}/dry-run": {"json": {"meeting_id": "{meeting_id}"}},
    "PUT /v1/destinations/{destination_id}/mapping": {"json": {"mapping": {}}},
    "POST /v1/sessions/{session_id}/frames": FRAME,
}


@dataclass(frozen=True)
class Stage:
    """Northwind, which has everything, and Fabrikam, whose owner, key and app look for it."""

    runtime: Runtime
    server: TestClient
    routes: tuple[Guarded, ...]
    northwind: Tenant
    owner: Person
    member: Person
    intruder: Person
    key: str
    token: str

    @property
    def told_to_nobody(self) -> set[str]:
        """What must be in no answer to Fabrikam."""
        return names_of(self.runtime, self.northwind.organisation_id)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    built = ready_runtime(Settings(data_dir=tmp_path_factory.mktemp("hub")))
    runtimes.install(built)
    server = a_server(built)
    owner = a_person(built, server, Role.OWNER)
    mo = a_person(built, server, Role.MEMBER, name="mo")
    eve = a_person(built, server, Role.OWNER, organisation="Fabrikam", name="eve")
    app = an_app(built, eve.organisation_id, scopes=list(APP_SCOPES), plan="enterprise")
    token = tokens(server, eve, app, scope=" ".join(APP_SCOPES))["access_token"]
    northwind = seed_everything(built, signed_in(built, owner))
    key = a_key(built, organisation="Fabrikam", plan="enterprise")
    routes = tuple(all_guarded(server.app))  # type: ignore[arg-type]  # the application that it was made of
    yield Stage(built, server, routes, northwind, owner, mo, eve, key, token)
    built.database.close()


def signed_in(runtime: Runtime, person: Person) -> Member:
    with runtime.database.transaction() as session:
        found = find_member(session, person.browser.cookies["hub_session"], runtime.clock())
    assert found is not None
    return found


def filled(value: Any, ids: dict[str, str]) -> Any:
    """A body with the ids of what it names."""
    if isinstance(value, dict):
        return {name: filled(item, ids) for name, item in value.items()}
    return value.format(**ids) if isinstance(value, str) and "{" in value else value


def call(stage: Stage, client: TestClient, route: Guarded, **more: Any) -> Any:
    """Call a route with the ids of Northwind wherever it takes any."""
    ids = {**stage.northwind.ids, "provider": "zoom"}
    query = {name: ids[name] for name in route.query if name in stage.northwind.ids}
    body = filled(
        BODIES.get(f"{route.method} {route.path}", {"json": {}} if route.method in {"POST", "PUT", "PATCH"} else {}),
        ids,
    )
    if "data" in more:
        body = {}
    return client.request(route.method, route.path.format(**ids), params=query, follow_redirects=False, **body, **more)


def of(stage: Stage, *guards: str) -> list[Guarded]:
    return [route for route in stage.routes if route.guard in guards]


def test_every_route_is_guarded_or_known_to_be_open(stage: Stage) -> None:
    unknown = {
        f"{route.method} {route.path}"
        for route in of(stage, "open", "socket")
        if route.path not in {*OPEN, *READ_THEN_ADMIT, *SOCKETS}
    }

    assert unknown == set()
    assert len(of(stage, "scope")) > 40
    assert len(of(stage, "admin", "member")) > 40
    assert {route.path for route in stage.routes} >= {*OPEN, *READ_THEN_ADMIT, *SOCKETS} - {"/metrics"}


def api(stage: Stage) -> list[Guarded]:
    """Routes that take keys, with their scopes."""
    reading = [Guarded("POST", path, "scope", "analyse") for path in READ_THEN_ADMIT]
    return [*of(stage, "scope"), *reading]


def test_every_call_of_the_api_needs_a_key_and_a_cookie_is_none(stage: Stage) -> None:
    let_in = [
        (route.method, route.path, client.headers.get("accept"), answer.status_code)
        for route in api(stage)
        for client in (stage.server, stage.owner.browser)
        if (answer := call(stage, client, route)).status_code != 401
    ]

    assert let_in == []


def test_every_call_of_the_api_needs_its_own_scope(stage: Stage) -> None:
    let_in = []
    for scope in SCOPES:
        others = a_key(stage.runtime, plan="enterprise", scopes=tuple(SCOPES.keys() - {scope}))
        for route in (route for route in api(stage) if route.scope == scope):
            answer = call(stage, stage.server, route, headers={"Authorization": f"Bearer {others}"})
            if answer.status_code != 403 or answer.json()["error"]["code"] != "forbidden":
                let_in.append((route.method, route.path, answer.status_code))

    assert let_in == []


@pytest.mark.parametrize("credential", ["key", "token"])
def test_the_api_shows_and_changes_nothing_of_another_organisation(stage: Stage, credential: str) -> None:
    bearer = {"Authorization": f"Bearer {getattr(stage, credential)}"}
    before, secret = everything_of(stage.runtime, stage.northwind.organisation_id), stage.told_to_nobody
    found: list[Any] = []
    for route in api(stage):
        answer = call(stage, stage.server, route, headers=bearer)
        expected = {403} if credential == "token" and route.scope == "keys" else {404}
        if route.names_rows and answer.status_code not in expected:
            found.append((route.method, route.path, answer.status_code, answer.text[:200]))
        if answer.status_code >= 500 or told(answer, secret):
            found.append((route.method, route.path, answer.status_code, told(answer, secret)))

    assert found == []
    assert everything_of(stage.runtime, stage.northwind.organisation_id) == before


def told(answer: Any, secret: set[str], sent: str = "") -> list[str]:
    """What of another organisation is in an answer, but for what the caller sent."""
    sent = sent or str(answer.request.url)
    return [name for name in secret if name in answer.text and name not in sent]


def test_the_walk_would_notice(stage: Stage) -> None:
    """With a key of its own, Northwind is told what nobody else is."""
    own = {"Authorization": f"Bearer {a_key(stage.runtime, plan='enterprise')}"}
    reading = [route for route in of(stage, "scope") if route.method == "GET"]

    answers = {route.path: call(stage, stage.server, route, headers=own) for route in reading}

    assert [path for path, answer in answers.items() if "_id}" in path and answer.status_code == 404] == []
    telling = [path for path, answer in answers.items() if told(answer, stage.told_to_nobody, "nothing")]
    assert len(telling) > 15


def test_the_console_shows_and_changes_nothing_of_another_organisation(stage: Stage) -> None:
    form = {"csrf_token": signed_in(stage.runtime, stage.intruder).csrf_token}
    before, secret = everything_of(stage.runtime, stage.northwind.organisation_id), stage.told_to_nobody
    found: list[Any] = []
    for route in of(stage, "admin", "member"):
        if route.path in OWN_ACCOUNT:
            continue
        answer = call(stage, stage.intruder.browser, route, **({"data": form} if route.method == "POST" else {}))
        if route.names_rows and answer.status_code != 404:
            found.append((route.method, route.path, answer.status_code))
        if answer.status_code >= 500 or told(answer, secret):
            found.append((route.method, route.path, answer.status_code, told(answer, secret)))

    assert found == []
    assert everything_of(stage.runtime, stage.northwind.organisation_id) == before


def test_the_console_is_for_whoever_is_signed_in(stage: Stage) -> None:
    let_in = [
        (route.method, route.path, answer.status_code)
        for route in of(stage, "admin", "member")
        if not (
            (answer := call(stage, stage.server, route)).status_code == 303
            and answer.headers["location"].startswith("/sign-in")
        )
    ]

    assert let_in == []


def test_members_change_nothing_that_is_for_owners_and_admins(stage: Stage) -> None:
    form = {"csrf_token": signed_in(stage.runtime, stage.member).csrf_token}
    before = everything_of(stage.runtime, stage.northwind.organisation_id)

    let_in = [
        (route.method, route.path, answer.status_code)
        for route in of(stage, "admin")
        if (
            answer := call(stage, stage.member.browser, route, **({"data": form} if route.method == "POST" else {}))
        ).status_code
        != 403
    ]

    assert let_in == []
    assert everything_of(stage.runtime, stage.northwind.organisation_id) == before


def test_a_member_stops_no_app_of_somebody_else(stage: Stage) -> None:
    form = {"csrf_token": signed_in(stage.runtime, stage.member).csrf_token}
    path = f"/settings/apps/allowed/{stage.northwind.ids['grant_id']}/stop"

    assert stage.member.browser.post(path, data=form).status_code == 404


@pytest.mark.parametrize("path", sorted(SOCKETS))
def test_every_socket_needs_a_key_with_its_scope(stage: Stage, path: str) -> None:
    narrow = a_key(stage.runtime, scopes=tuple(SCOPES.keys() - {"sessions"}))

    assert refused(stage, path, []) == 401
    assert refused(stage, path, ["token.ed_live_sk_wrong"]) == 401
    assert refused(stage, path, [f"token.{narrow}"]) == 403


def test_no_socket_opens_a_session_of_another_organisation(stage: Stage) -> None:
    paths = [path for path in SOCKETS if "_id}" in path]

    assert paths
    for path in paths:
        for credential in (stage.key, stage.token):
            assert refused(stage, path, [f"token.{credential}"]) == 404


def refused(stage: Stage, path: str, subprotocols: list[str]) -> int:
    """The status that a handshake is answered with."""
    address = path.format(**stage.northwind.ids)
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        stage.server.websocket_connect(address, subprotocols=["echo-depth-v1", *subprotocols]),
    ):
        pytest.fail("the handshake was accepted")
    assert not told(denied.value, stage.told_to_nobody, address)
    return int(denied.value.status_code)
