"""The whole flow against a running hub, driven by a published OAuth client that knows only the hub's address."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc6749 import MismatchingStateException
from sqlmodel import select

from hub.accounts.models import Organisation
from hub.accounts.scopes import SCOPES
from tests.browser.conftest import Hub, run_hub
from tests.support.apps import REDIRECT, VERIFIER, App, an_app

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    yield from run_hub(tmp_path_factory.mktemp("flow") / "hub")


@pytest.fixture(scope="module")
def person(hub: Hub) -> Iterator[httpx.Client]:
    """A browser that set up the organisation and is signed in."""
    with httpx.Client(base_url=hub.url, trust_env=False, timeout=30) as browser:
        token = parse_qs(urlsplit(hub.first_run_link).query)["token"][0]
        founder = {"organisation": "Northwind", "domains": "northwind.example", "name": "Dana"}
        signing_in = {"email": "dana@northwind.example", "password": PASSWORD}
        assert browser.post("/first-run", data={"token": token, **founder, **signing_in}).status_code == 303
        yield browser


@pytest.fixture(scope="module")
def app(hub: Hub, person: httpx.Client) -> App:
    """Registered over the API, with a key that the console made."""
    assert person.get("/").status_code == 200
    page = person.get("/settings").text
    form = {
        "csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', page)[0],
        "key_name": "setting up",
        "scopes": list(SCOPES),
    }
    key = re.findall(r'id="secret">([^<]+)<', person.post("/settings/keys", data=form).text)[0]
    wanted = {"name": "Deal Desk", "redirect_uris": [REDIRECT], "scopes": ["meetings:read", "sessions", "usage"]}
    made = person.post("/v1/oauth-clients", json=wanted, headers={"Authorization": f"Bearer {key}"})
    assert made.status_code == 201, made.text
    return App(made.json()["id"], made.json()["client_secret"])


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client insists on https, which a hub on this machine does without."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "true")


def client_of(app: App, **more: Any) -> Any:
    return OAuth2Client(
        app.client_id, app.secret, scope="meetings:read sessions", redirect_uri=REDIRECT,
        code_challenge_method="S256", trust_env=False, timeout=30, **more,
    )  # fmt: skip


def metadata(hub: Hub) -> dict[str, str]:
    found: dict[str, str] = httpx.get(
        f"{hub.url}/.well-known/oauth-authorization-server", trust_env=False, timeout=30
    ).json()
    return found


def consent(person: httpx.Client, address: str) -> str:
    """Open the page, allow it; gives where that leads."""
    page = person.get(address)
    assert page.status_code == 200, page.text
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    answer = person.post("/oauth/authorize", data={**fields, "decision": "allow"})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_published_client_goes_the_whole_way(hub: Hub, person: httpx.Client, app: App) -> None:
    places = metadata(hub)
    with client_of(app, token_endpoint=places["token_endpoint"]) as client:
        address, state = client.create_authorization_url(places["authorization_endpoint"], code_verifier=VERIFIER)
        back = consent(person, address)
        assert parse_qs(urlsplit(back).query)["iss"] == [places["issuer"]]
        first = client.fetch_token(
            places["token_endpoint"], authorization_response=back, state=state, code_verifier=VERIFIER
        )
        assert client.get(f"{hub.url}/v1/meetings").status_code == 200
        assert client.get(f"{hub.url}/v1/audit").status_code == 403

        second = client.refresh_token(places["token_endpoint"])
        assert second["refresh_token"] != first["refresh_token"]
        assert client.get(f"{hub.url}/v1/meetings").status_code == 200
        asked = client.introspect_token(places["introspection_endpoint"], token=second["access_token"])
        assert asked.json()["active"] is True

        assert client.revoke_token(places["revocation_endpoint"], token=second["refresh_token"]).status_code == 200
        asked = client.introspect_token(places["introspection_endpoint"], token=second["access_token"])
        assert asked.json() == {"active": False}


def test_an_app_on_a_device_needs_no_secret_and_listens_where_there_is_room(hub: Hub, person: httpx.Client) -> None:
    redirect = "http://127.0.0.1:53682/cb"
    organisation_id = person_s_organisation(hub)
    app = an_app(hub.runtime, organisation_id, public=True, redirect_uris=["http://127.0.0.1/cb"])
    places = metadata(hub)
    with OAuth2Client(
        app.client_id, token_endpoint_auth_method="none", scope="meetings:read", redirect_uri=redirect,
        code_challenge_method="S256", trust_env=False,
    ) as client:  # fmt: skip
        address, state = client.create_authorization_url(places["authorization_endpoint"], code_verifier=VERIFIER)
        back = consent(person, address)
        assert back.startswith(f"{redirect}?")
        client.fetch_token(places["token_endpoint"], authorization_response=back, state=state, code_verifier=VERIFIER)

        assert client.get(f"{hub.url}/v1/meetings").status_code == 200


def test_errors_reach_the_client_as_what_they_are(hub: Hub, person: httpx.Client, app: App) -> None:
    places = metadata(hub)
    with client_of(app) as client:
        address, _ = client.create_authorization_url(places["authorization_endpoint"], code_verifier=VERIFIER)
        back = consent(person, address)
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.fetch_token(places["token_endpoint"], authorization_response=back, code_verifier="x" * 43)
        with pytest.raises(MismatchingStateException):
            client.fetch_token(
                places["token_endpoint"], authorization_response=back, state="of somebody else", code_verifier=VERIFIER
            )


def person_s_organisation(hub: Hub) -> str:
    with hub.runtime.database.transaction() as session:
        return session.exec(select(Organisation.id)).one()
