"""What apps may ask for, what members may allow, and that nobody is sent where they should not be."""

from typing import Any
from urllib.parse import quote

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from hub.accounts.models import AuditEntry, Role
from hub.accounts.oauth_server.clients import end_client
from hub.accounts.oauth_server.models import OAuthClient, OAuthGrant
from hub.runtime import Runtime
from tests.support.apps import REDIRECT, App, Person, a_person, an_app, returned, tokens


def test_the_page_names_the_app_the_organisation_and_each_scope_in_words(dana: Person, app: App) -> None:
    page = dana.ask(app.request()).text

    for words in (
        "Deal Desk",
        "Northwind",
        "Read meetings with their results",
        "Open live sessions",
        "app.example.com",
    ):
        assert words in page
    assert "Change where results go." not in page


def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(server: TestClient, app: App) -> None:
    answer = server.get("/oauth/authorize", params=app.request(), follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in?next=%2Foauth%2Fauthorize%3F")
    assert quote(REDIRECT, safe="") in answer.headers["location"].replace("%25", "%")


def test_yes_gives_a_code_the_state_and_who_we_are(runtime: Runtime, dana: Person, app: App) -> None:
    answer = dana.decide(app.request())

    assert answer.headers["location"].startswith(f"{REDIRECT}?")
    assert answer.headers["cache-control"] == "no-store"
    back = returned(answer)
    assert back.keys() == {"code", "state", "iss"}
    assert back["state"] == "a state of the app's"
    assert back["iss"] == runtime.settings.base_url


def test_no_gives_an_error_and_no_code(runtime: Runtime, dana: Person, app: App) -> None:
    back = returned(dana.decide(app.request(), "deny"))

    assert back["error"] == "access_denied"
    assert back["iss"] == runtime.settings.base_url
    with runtime.database.transaction() as session:
        assert session.exec(select(OAuthGrant)).all() == []


def test_a_consent_is_in_the_audit_log_and_no_code_is_at_rest(runtime: Runtime, dana: Person, app: App) -> None:
    code = dana.code(app)

    with runtime.database.transaction() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "app.allowed")).one()
        grant = session.exec(select(OAuthGrant)).one()
    assert (entry.actor, entry.details["scopes"]) == (dana.user_id, ["meetings:read", "sessions"])
    assert code not in grant.model_dump_json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": REDIRECT + "/more"},
        {"redirect_uri": REDIRECT + "?more=1"},
        {"redirect_uri": REDIRECT.upper()},
        {"redirect_uri": "https://app.example.com/callback/../evil"},
        {"redirect_uri": "https://app.example.com:444/callback"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": 'https://app.example.com/"callback'},
        {"client_id": "app_unknown"},
        {"client_id": None},
        {"client_id": "\x00"},
        {"client_id": "\u00e9"},
    ],
)
def test_a_wrong_app_or_address_is_told_on_our_page_and_leads_nowhere(
    dana: Person, app: App, wrong: dict[str, str | None]
) -> None:
    for decided in (dana.ask(app.request(**wrong)), posted(dana, app.request(**wrong))):
        assert decided.status_code == 400
        assert "location" not in decided.headers
        assert "Nothing was allowed" in decided.text


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "meetings:read audit"}, "invalid_scope"),
        ({"scope": "keys"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
    ],
)
def test_other_errors_go_back_to_the_app(
    runtime: Runtime, dana: Person, app: App, wrong: dict[str, str | None], error: str
) -> None:
    back = returned(dana.ask(app.request(**wrong)))

    assert back["error"] == error
    assert back["state"] == "a state of the app's"
    assert back["iss"] == runtime.settings.base_url
    assert "code" not in back


def test_an_app_with_several_addresses_has_to_name_one(runtime: Runtime, dana: Person) -> None:
    several = an_app(runtime, dana.organisation_id, redirect_uris=[REDIRECT, "https://app.example.com/other"])

    assert dana.ask(several.request(redirect_uri=None)).status_code == 400


@pytest.mark.parametrize("name", ["client_id", "redirect_uri", "scope", "state", "code_challenge"])
def test_a_parameter_that_comes_twice_is_refused(dana: Person, app: App, name: str) -> None:
    twice: Any = [*app.request().items(), (name, "https://evil.example")]

    answer = dana.browser.get("/oauth/authorize", params=twice)

    assert answer.status_code == 400
    assert "more than once" in answer.text


def test_a_form_that_is_not_from_our_page_allows_nothing(runtime: Runtime, dana: Person, app: App) -> None:
    for token in ({}, {"csrf_token": "guessed"}):
        answer = dana.browser.post("/oauth/authorize", data={**app.request(), **token, "decision": "allow"})
        assert answer.status_code == 403
    with runtime.database.transaction() as session:
        assert session.exec(select(OAuthGrant)).all() == []


def test_another_members_token_does_not_fit_the_form(
    runtime: Runtime, server: TestClient, dana: Person, app: App
) -> None:
    other = a_person(runtime, server, name="mo")
    token = csrf(other)

    answer = dana.browser.post("/oauth/authorize", data={**app.request(), "csrf_token": token, "decision": "allow"})

    assert answer.status_code == 403


def test_the_page_cannot_be_framed_and_posts_to_us_and_the_app_alone(dana: Person, app: App) -> None:
    headers = dana.ask(app.request()).headers

    assert headers["x-frame-options"] == "DENY"
    policy = headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://app.example.com;" in policy
    assert headers["cache-control"] == "no-store"


def test_an_app_of_another_organisation_does_not_exist(runtime: Runtime, server: TestClient, app: App) -> None:
    eve = a_person(runtime, server, organisation="Fabrikam", name="eve")

    for answer in (eve.ask(app.request()), posted(eve, app.request())):
        assert answer.status_code == 400
        assert "Deal Desk" not in answer.text


def test_an_app_of_the_operator_is_open_to_every_organisation(
    runtime: Runtime, server: TestClient, dana: Person
) -> None:
    app = an_app(runtime, None)
    eve = a_person(runtime, server, organisation="Fabrikam", name="eve")

    for person in (dana, eve):
        assert tokens(server, person, app)["token_type"] == "Bearer"


def test_an_ended_app_cannot_be_allowed(runtime: Runtime, dana: Person, app: App) -> None:
    with runtime.database.transaction() as session:
        end_client(session, session.get_one(OAuthClient, app.client_id), actor="test", now=runtime.clock())

    assert dana.ask(app.request()).status_code == 400


def test_a_member_allows_no_more_than_they_may_do(runtime: Runtime, server: TestClient, dana: Person, app: App) -> None:
    mo = a_person(runtime, server, role=Role.MEMBER, name="mo")
    wanted = "meetings:read destinations:write"

    page = mo.ask(app.request(scope=wanted)).text
    given = tokens(server, mo, app, scope=wanted)

    assert "takes an owner or admin" in page
    assert given["scope"] == "meetings:read"
    assert tokens(server, dana, app, scope=wanted)["scope"] == wanted


def test_a_member_who_may_allow_nothing_of_it_can_only_go_back(runtime: Runtime, server: TestClient, app: App) -> None:
    mo = a_person(runtime, server, role=Role.MEMBER, name="mo")
    asked = app.request(scope="destinations:write")

    assert 'value="allow"' not in mo.ask(asked).text
    assert returned(mo.decide(asked, "allow"))["error"] == "access_denied"


def test_hostile_words_stay_words(runtime: Runtime, dana: Person) -> None:
    app = an_app(runtime, dana.organisation_id, name='"><script>alert(1)</script>')

    page = dana.ask(app.request(state='"><script>alert(2)</script>')).text

    assert "<script>alert" not in page


def csrf(person: Person) -> str:
    page = person.browser.get("/account").text
    return page.partition('name="csrf_token" value="')[2].partition('"')[0]


def posted(person: Person, parameters: dict[str, str]) -> Any:
    return person.browser.post("/oauth/authorize", data={**parameters, "csrf_token": csrf(person), "decision": "allow"})
