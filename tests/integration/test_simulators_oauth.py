"""The simulators' authorisation servers keep their providers' rules."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.serving import running
from tests.support.simulated import CALLBACK, PATHS, App


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    with running(tmp_path) as url:
        yield url


@pytest.fixture
def http(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(params=["zoom", "salesforce", "slack", "hubspot"])
def app(request: pytest.FixtureRequest, base: str, http: httpx.Client) -> App:
    return App(base, request.param, http)


@pytest.fixture
def zoom(base: str, http: httpx.Client) -> App:
    return App(base, "zoom", http)


@pytest.fixture
def salesforce(base: str, http: httpx.Client) -> App:
    return App(base, "salesforce", http)


def test_the_page_names_the_scopes_and_works_without_scripts(app: App) -> None:
    page = app.http.get(PATHS[app.provider], params=app.query())

    assert page.status_code == 200
    assert "<script" not in page.text
    assert 'value="allow"' in page.text
    assert 'value="deny"' in page.text


def test_the_state_comes_back_with_the_code_and_with_a_denial(app: App) -> None:
    allowed, denied = app.decide(), app.decide("deny")

    assert allowed.params["state"] == denied.params["state"] == "the-state"
    assert denied.params["error"] == "access_denied"


def test_an_unknown_app_or_foreign_redirect_is_told_to_the_person_and_not_redirected(app: App) -> None:
    for changes in ({"client_id": "someone"}, {"redirect_uri": "https://evil.example/cb"}):
        page = app.http.get(PATHS[app.provider], params=app.query(**changes))

        assert page.status_code == 400
        assert "location" not in page.headers


def test_a_code_works_once_and_its_second_use_ends_what_the_first_gave(app: App) -> None:
    code = app.code()
    first, second = app.redeem(code).json(), app.redeem(code)

    assert second.status_code in (200, 400)
    assert second.json().get("access_token") is None
    state = app.http.get(f"/_sandbox/state/{app.provider}").json()["tokens"]
    assert first["access_token"]
    assert state["active_access_tokens"] == 0


def test_a_code_needs_its_redirect_and_its_verifier(app: App) -> None:
    assert "access_token" not in app.redeem(app.code(), redirect_uri=CALLBACK + "/other").json()
    assert "access_token" not in app.redeem(app.code(), code_verifier="wrong").json()


def test_a_code_expires(app: App) -> None:
    app.http.put(f"/_sandbox/options/{app.provider}", json={"code_seconds": 0})

    assert "access_token" not in app.redeem(app.code()).json()


def test_a_consent_page_is_good_for_one_decision(zoom: App) -> None:
    page = zoom.http.get(PATHS["zoom"], params=zoom.query()).text
    form = {"request_id": page.partition('name="request_id" value="')[2].partition('"')[0], "decision": "allow"}

    first, second = (zoom.http.post(PATHS["zoom"], data=form) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 400)


def test_zooms_refresh_token_dies_with_its_use_while_the_new_one_lives(zoom: App) -> None:
    old = zoom.connect()["refresh_token"]

    new = zoom.refresh(old).json()
    again = zoom.refresh(old)

    assert again.status_code == 400
    assert again.json()["error"] == "invalid_grant"
    assert zoom.refresh(new["refresh_token"]).status_code == 200
    assert zoom.http.get("/_sandbox/state/zoom").json()["tokens"]["refresh_tokens_used_twice"] == 1


def test_a_new_authorisation_by_the_same_zoom_user_kills_older_tokens(zoom: App) -> None:
    older, newer = zoom.connect(), zoom.connect()

    def profile(token: str) -> int:
        return zoom.http.get("/zoom/v2/users/me", headers={"authorization": f"Bearer {token}"}).status_code

    assert (profile(older["access_token"]), profile(newer["access_token"])) == (401, 200)


def test_zoom_refuses_a_wrong_secret_with_401(zoom: App) -> None:
    answer = zoom.http.post(
        "/zoom/oauth/token", data={"grant_type": "refresh_token"}, auth=("demo-zoom-client", "nope")
    )

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_salesforce_demands_pkce(salesforce: App) -> None:
    query = salesforce.query(code_challenge="", code_challenge_method="")

    target = salesforce.http.get(PATHS["salesforce"], params=query).headers["location"]

    assert httpx.URL(target).params["error"] == "invalid_request"


def test_salesforce_says_nothing_about_expiry_and_keeps_its_refresh_token(salesforce: App) -> None:
    tokens = salesforce.connect()
    refreshed = salesforce.refresh(tokens["refresh_token"]).json()

    assert "expires_in" not in tokens
    assert "refresh_token" not in refreshed
    assert salesforce.refresh(tokens["refresh_token"]).status_code == 200


def test_with_rotation_the_reuse_of_a_salesforce_refresh_token_ends_the_family(salesforce: App) -> None:
    salesforce.http.put("/_sandbox/options/salesforce", json={"rotate_refresh_tokens": True})
    old = salesforce.connect()["refresh_token"]
    new = salesforce.refresh(old).json()["refresh_token"]

    assert salesforce.refresh(old).json()["error"] == "invalid_grant"
    assert salesforce.refresh(new).json()["error"] == "invalid_grant"


def test_without_the_scope_there_is_no_salesforce_refresh_token(salesforce: App) -> None:
    assert "refresh_token" not in salesforce.connect(scope="api")


def test_slacks_tokens_live_for_ever_unless_rotation_is_on(base: str, http: httpx.Client) -> None:
    slack = App(base, "slack", http)

    plain = slack.connect()
    http.put("/_sandbox/options/slack", json={"token_rotation": True})
    rotating = slack.connect()

    assert "expires_in" not in plain
    assert rotating["expires_in"] > 40_000
    assert rotating["refresh_token"].startswith("xoxe-1-")
    assert slack.refresh(rotating["refresh_token"]).json()["ok"] is True
    assert slack.refresh(rotating["refresh_token"]).json() == {"ok": False, "error": "invalid_refresh_token"}


def test_tokens_survive_a_restart(tmp_path: Path) -> None:
    with running(tmp_path) as first, httpx.Client(base_url=first, trust_env=False, timeout=30) as http:
        token = App(first, "zoom", http).connect()["access_token"]
    with running(tmp_path) as second:
        answer = httpx.get(f"{second}/zoom/v2/users/me", headers={"authorization": f"Bearer {token}"})

    assert answer.status_code == 200
