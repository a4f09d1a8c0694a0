"""An app and a member who allows it, in one process."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from httpx import Response
from sqlmodel import Session, select
from starlette.testclient import TestClient

from hub.accounts.models import Membership, Organisation, Role, User
from hub.accounts.oauth_server.clients import NewClient, register_client
from hub.accounts.oauth_server.models import OAuthGrant
from hub.accounts.oauth_server.store import Moment
from hub.accounts.sessions import Member, open_session
from hub.app import create_app
from hub.runtime import Runtime

REDIRECT = "https://app.example.com/callback"
VERIFIER = "a-verifier-of-more-than-forty-three-letters-and-digits-0123456789"
SCOPES = ("meetings:read", "sessions", "destinations:write")


@dataclass(frozen=True)
class App:
    """What an app knows of itself."""

    client_id: str
    secret: str | None

    def request(self, **changes: str | None) -> dict[str, str]:
        """Parameters that ask for consent; None leaves one out."""
        usual = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": REDIRECT,
            "scope": "meetings:read sessions",
            "state": "a state of the app's",
            "code_challenge": create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (usual | changes).items() if value is not None}


@dataclass(frozen=True)
class Person:
    """A browser that a member is signed in with."""

    browser: TestClient
    organisation_id: str
    user_id: str

    def ask(self, parameters: Mapping[str, str]) -> Response:
        """Open the consent page."""
        return cast(Response, self.browser.get("/oauth/authorize", params=dict(parameters)))

    def decide(self, parameters: Mapping[str, str], decision: str = "allow") -> Response:
        """Open the page and press a button."""
        page = self.ask(parameters)
        assert page.status_code == 200, page.text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        sent = {name: value.replace("&#39;", "'").replace("&amp;", "&") for name, value in fields.items()}
        return cast(Response, self.browser.post("/oauth/authorize", data={**sent, "decision": decision}))

    def code(self, app: App, **changes: str | None) -> str:
        """Allow it; gives the code."""
        return returned(self.decide(app.request(**changes)))["code"]


def returned(answer: Response) -> dict[str, str]:
    """What a redirect back to the app says."""
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def a_server(runtime: Runtime) -> TestClient:
    """The hub without its engine, called from this machine."""
    return TestClient(create_app(runtime), client=("127.0.0.1", 50000), raise_server_exceptions=False)


def a_person(
    runtime: Runtime, server: TestClient, role: Role = Role.ADMIN, organisation: str = "Northwind", name: str = "dana"
) -> Person:
    """A member of the organisation of that name, which is made when there is none, signed in."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        owner = session.exec(select(Organisation).where(Organisation.name == organisation)).first()
        if owner is None:
            owner = Organisation(name=organisation, created_at=now)
            session.add(owner)
            session.flush()
        user = User(email=f"{name}@{organisation.lower()}.example", name=name, created_at=now)
        session.add(user)
        session.flush()
        membership = Membership(organisation_id=owner.id, user_id=user.id, role=role, created_at=now)
        session.add(membership)
        cookie = open_session(session, membership, user_agent="", now=now)
        who = (owner.id, user.id)
    browser = TestClient(
        server.app, client=("127.0.0.1", 50000), cookies={"hub_session": cookie}, headers={"accept": "text/html"},
        follow_redirects=False, raise_server_exceptions=False,
    )  # fmt: skip
    return Person(browser, *who)


def an_app(runtime: Runtime, organisation_id: str | None, **changes: Any) -> App:
    """A registered app."""
    new = NewClient(
        **{"name": "Deal Desk", "redirect_uris": [REDIRECT], "scopes": SCOPES, **changes},
        organisation_id=organisation_id,
    )
    with runtime.database.transaction() as session:
        client, secret = register_client(session, new, actor="test", now=runtime.clock())
        return App(client.id, secret)


def call(server: TestClient, endpoint: str, app: App, **fields: str | None) -> Response:
    """What an app sends to the token endpoint and its neighbours; None leaves a field out."""
    form = {name: value for name, value in fields.items() if value is not None}
    if app.secret is None:
        form = {"client_id": app.client_id, **form}
    return cast(Response, server.post(f"/oauth/{endpoint}", data=form, auth=as_basic(app)))


def as_basic(app: App) -> Any:
    """Credentials for HTTP Basic, of apps that have any."""
    return (app.client_id, app.secret) if app.secret else None


def redeem(server: TestClient, app: App, code: str, **changes: str | None) -> Response:
    """Tokens for a code."""
    usual: dict[str, str | None] = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER,
    }  # fmt: skip
    return call(server, "token", app, **(usual | changes))


def refresh(server: TestClient, app: App, token: str, **more: str) -> Response:
    """New tokens for a refresh token."""
    return call(server, "token", app, grant_type="refresh_token", refresh_token=token, **more)


def tokens(server: TestClient, person: Person, app: App, **changes: str | None) -> dict[str, Any]:
    """Allow the app and redeem the code."""
    answer = redeem(server, app, person.code(app, **changes))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def opens(server: TestClient, token: str, path: str = "/v1/meetings") -> int:
    """What the API answers to a token."""
    return int(server.get(path, headers={"Authorization": f"Bearer {token}"}).status_code)


def seed_allowed_app(session: Session, member: Member, now: datetime) -> OAuthGrant:
    """An app of the member's organisation, and that member's consent."""
    new = NewClient("Deal Desk", [REDIRECT], SCOPES, organisation_id=member.organisation_id)
    client, _ = register_client(session, new, actor="test", now=now)
    grant = OAuthGrant(
        organisation_id=member.organisation_id, client_id=client.id, user_id=member.user_id,
        key_id=Moment(session, now).key_of_app(member.organisation_id, client), scopes=["meetings:read"],
        code_hash=f"hash of {client.id}", code_challenge="", code_expires_at=now, code_used_at=now, created_at=now,
    )  # fmt: skip
    session.add(grant)
    session.flush()
    return grant
