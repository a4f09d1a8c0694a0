"""Apps are registered in the console, over the API and on the command line, and their secrets shown once."""

import re
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from hub.accounts.models import AuditEntry, Role
from hub.accounts.oauth_server.models import OAuthClient
from hub.accounts.scopes import SCOPES
from hub.cli import app as command
from hub.kit.crypto import new_master_key
from hub.runtime import Runtime
from tests.support.api import Api, a_key
from tests.support.apps import REDIRECT, App, Person, a_person, a_server, an_app, opens, refresh, tokens

WANTED = {"name": "Deal Desk", "redirect_uris": [REDIRECT], "scopes": ["meetings:read"]}


def stored(runtime: Runtime) -> OAuthClient:
    with runtime.database.transaction() as session:
        return session.exec(select(OAuthClient)).one()


def token_of(page: str) -> str:
    return str(re.findall(r'name="csrf_token" value="([^"]+)"', page)[0])


def test_the_console_shows_a_secret_once(runtime: Runtime, server: TestClient, dana: Person) -> None:
    form = {"name": "Deal Desk", "redirect_uris": f"{REDIRECT}\n", "scopes": ["meetings:read", "sessions"]}
    token = token_of(dana.browser.get("/settings/apps").text)

    shown = dana.browser.post("/settings/apps", data={**form, "csrf_token": token}).text

    (secret,) = re.findall(r'id="secret">([^<]+)<', shown)
    app = App(stored(runtime).id, secret)
    assert secret not in dana.browser.get("/settings/apps").text
    assert tokens(server, dana, app)["scope"] == "meetings:read sessions"
    with runtime.database.transaction() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "app.registered")).one()
    assert (entry.actor, entry.subject) == (dana.user_id, app.client_id)


@pytest.mark.parametrize(
    "wrong", [{"redirect_uris": "http://app.example.com/"}, {"scopes": []}, {"name": " "}, {"scopes": ["keys"]}]
)
def test_a_wrong_form_is_told_and_keeps_what_was_typed(dana: Person, wrong: dict[str, object]) -> None:
    form = {"name": "Deal Desk", "redirect_uris": REDIRECT, "scopes": ["meetings:read"]}
    token = token_of(dana.browser.get("/settings/apps").text)

    answer = dana.browser.post("/settings/apps", data={**form, **wrong, "csrf_token": token})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "Deal Desk" in answer.text or wrong.get("name")


def test_everybody_sees_and_stops_their_own_apps_and_admins_all(
    runtime: Runtime, server: TestClient, dana: Person, app: App
) -> None:
    mo = a_person(runtime, server, Role.MEMBER, name="mo")
    given = tokens(server, mo, app)
    page = mo.browser.get("/settings/apps").text

    assert "Deal Desk" in page
    assert "Register an app" not in page
    assert "mo@northwind.example" in dana.browser.get("/settings/apps").text
    (path,) = re.findall(r'action="(/settings/apps/allowed/\w+/stop)"', page)
    assert mo.browser.post(path, data={"csrf_token": token_of(page)}).status_code == 303
    assert refresh(server, app, given["refresh_token"]).json()["error"] == "invalid_grant"
    assert "Deal Desk" not in mo.browser.get("/settings/apps").text


def test_the_api_registers_lists_and_ends(runtime: Runtime, server: TestClient, dana: Person) -> None:
    api = Api(server, a_key(runtime))

    made = api.post("/v1/oauth-clients", json=WANTED)

    assert made.status_code == 201
    app = App(made.json()["id"], made.json()["client_secret"])
    assert app.secret is not None
    assert app.secret not in api.get("/v1/oauth-clients").text
    assert app.secret not in stored(runtime).model_dump_json()
    given = tokens(server, dana, app, scope="meetings:read")
    assert api.delete(f"/v1/oauth-clients/{app.client_id}").status_code == 204
    assert opens(a_server(runtime), given["access_token"]) == 401
    assert api.get("/v1/oauth-clients").json()["data"][0]["revoked_at"]


def test_a_key_registers_no_app_that_may_do_more_than_itself(runtime: Runtime, server: TestClient) -> None:
    narrow = Api(server, a_key(runtime, scopes=("keys", "meetings:read")))

    assert narrow.post("/v1/oauth-clients", json={**WANTED, "scopes": ["audit"]}).status_code == 403
    assert narrow.post("/v1/oauth-clients", json={**WANTED, "scopes": ["keys"]}).status_code == 422
    assert narrow.post("/v1/oauth-clients", json={**WANTED, "redirect_uris": ["javascript:x"]}).status_code == 422


def test_every_scope_but_that_of_keys_can_be_asked_for(runtime: Runtime, server: TestClient, dana: Person) -> None:
    everything = sorted(SCOPES.keys() - {"keys"})
    app = an_app(runtime, dana.organisation_id, scopes=everything)

    assert tokens(server, dana, app, scope=" ".join(everything))["scope"].split() == everything


def test_the_command_line_registers_for_one_organisation_or_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "hub"))
    monkeypatch.setenv("HUB_MASTER_KEY", new_master_key())
    run, usual = CliRunner().invoke, ["Deal Desk", "--redirect-uri", REDIRECT, "--scope", "meetings:read"]

    whole = run(command, ["oauth-clients", "create", *usual])
    public = run(command, ["oauth-clients", "create", *usual, "--public"])
    unknown = run(command, ["oauth-clients", "create", *usual, "--organisation", "Nobody"])
    wrong = run(command, ["oauth-clients", "create", *usual, "--scope", "keys"])

    assert re.fullmatch(r"client_id: app_\w+\nclient_secret: ed_live_cs_[\w-]+\n", whole.output), whole.output
    assert re.fullmatch(r"client_id: app_\w+\n", public.output), public.output
    assert (unknown.exit_code, wrong.exit_code) == (1, 1)
    assert "Nobody" in unknown.output
    assert "keys" in wrong.output
