"""Codes and tokens: what they open, when they end, and what happens to copies of them."""

import logging
import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from authlib.oauth2 import rfc9207
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from sqlmodel import select
from starlette.testclient import TestClient

from hub.accounts import service
from hub.accounts.models import ApiKey, AuditEntry, Membership, Role
from hub.accounts.oauth_server.allowed import allowed_apps, take_back
from hub.accounts.oauth_server.clients import end_client
from hub.accounts.oauth_server.forgetting import forget_expired_tokens
from hub.accounts.oauth_server.guessing import FAILURES
from hub.accounts.oauth_server.models import OAuthClient, OAuthGrant, OAuthToken
from hub.accounts.oauth_server.server import ACCESS_LIFETIME, CODE_LIFETIME, REFRESH_LIFETIME
from hub.accounts.repository import ApiKeys
from hub.accounts.sessions import find_member
from hub.runtime import Runtime
from tests.support.apps import App, Person, a_person, a_server, an_app, as_basic, call, opens, redeem, refresh, tokens

WRONG_VERIFIER = "another-verifier-of-more-than-forty-three-letters-0123456789"


def is_active(server: TestClient, app: App, token: str) -> bool:
    answer = call(server, "introspect", app, token=token)
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["active"])


def later(runtime: Runtime, by: timedelta) -> TestClient:
    """The same hub, after some time."""
    return a_server(replace(runtime, clock=lambda: runtime.clock() + by))


def test_a_code_gives_tokens_as_the_standard_says(server: TestClient, dana: Person, app: App) -> None:
    answer = redeem(server, app, dana.code(app))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert found.keys() == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (found["token_type"], found["expires_in"]) == ("Bearer", 3600)
    assert found["scope"] == "meetings:read sessions"


def test_an_app_without_a_secret_proves_itself_by_its_verifier(
    server: TestClient, dana: Person, public_app: App
) -> None:
    code = dana.code(public_app)

    assert redeem(server, public_app, code, code_verifier=None).json()["error"] == "invalid_request"
    assert redeem(server, public_app, code, code_verifier=WRONG_VERIFIER).json()["error"] == "invalid_grant"
    assert redeem(server, public_app, code).status_code == 200


def test_an_app_with_a_secret_needs_secret_and_verifier(server: TestClient, dana: Person, app: App) -> None:
    code = dana.code(app)

    for impostor in (App(app.client_id, None), App(app.client_id, "ed_live_cs_wrong"), App("app_unknown", "x")):
        answer = redeem(server, impostor, code)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert redeem(server, app, code, code_verifier=None).json()["error"] == "invalid_request"
    assert redeem(server, app, code).status_code == 200


def test_a_wrong_secret_by_basic_is_answered_with_a_challenge(server: TestClient, app: App) -> None:
    answer = redeem(server, App(app.client_id, "wrong"), "code")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_the_secret_may_also_be_in_the_form(server: TestClient, dana: Person, app: App) -> None:
    code = dana.code(app)

    answer = redeem(server, App(app.client_id, None), code, client_secret=app.secret)

    assert answer.status_code == 200


def test_the_redirect_address_has_to_be_the_same_again(server: TestClient, dana: Person, app: App) -> None:
    code = dana.code(app)

    for other in ("https://evil.example/callback", None):
        assert redeem(server, app, code, redirect_uri=other).json()["error"] == "invalid_grant"


def test_a_code_of_one_app_is_nothing_to_another(runtime: Runtime, server: TestClient, dana: Person, app: App) -> None:
    code = dana.code(app)
    other = an_app(runtime, dana.organisation_id)

    assert redeem(server, other, code).json()["error"] == "invalid_grant"
    assert redeem(server, app, code).status_code == 200


def test_a_code_is_good_for_a_minute(runtime: Runtime, dana: Person, app: App) -> None:
    code = dana.code(app)

    answer = redeem(later(runtime, CODE_LIFETIME), app, code)

    assert answer.json()["error"] == "invalid_grant"


def test_a_code_that_is_used_twice_kills_the_tokens_it_gave(
    runtime: Runtime, server: TestClient, dana: Person, app: App
) -> None:
    code = dana.code(app)
    given = redeem(server, app, code).json()

    again = redeem(server, app, code)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not is_active(server, app, given["access_token"])
    assert refresh(server, app, given["refresh_token"]).json()["error"] == "invalid_grant"
    with runtime.database.transaction() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "app.reuse_detected")).one()
    assert entry.details["reason"] == "the code was used twice"


def test_of_two_requests_with_one_code_at_once_at_most_one_wins(server: TestClient, dana: Person, app: App) -> None:
    code, answers = dana.code(app), list[Any]()
    threads = [threading.Thread(target=lambda: answers.append(redeem(server, app, code))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    won = [answer for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {answer.status_code for answer in answers} == {200, 400}
    assert not is_active(server, app, won[0].json()["access_token"])


def test_a_refresh_token_gives_new_tokens_and_is_used_up(server: TestClient, dana: Person, app: App) -> None:
    first = tokens(server, dana, app)

    second = refresh(server, app, first["refresh_token"]).json()

    assert second["refresh_token"] != first["refresh_token"]
    assert second["scope"] == first["scope"]
    assert is_active(server, app, second["access_token"])
    assert refresh(server, app, second["refresh_token"]).status_code == 200


def test_a_refresh_token_that_comes_again_ends_the_whole_family(server: TestClient, dana: Person, app: App) -> None:
    first, untouched = tokens(server, dana, app), tokens(server, dana, app)
    second = refresh(server, app, first["refresh_token"]).json()

    replayed = refresh(server, app, first["refresh_token"])

    assert replayed.json()["error"] == "invalid_grant"
    assert "used before" in replayed.json()["error_description"]
    for dead in (first["access_token"], second["access_token"], second["refresh_token"]):
        assert not is_active(server, app, dead)
    assert is_active(server, app, untouched["access_token"])


def test_a_refresh_token_of_one_app_is_nothing_to_another_and_stays_good(
    runtime: Runtime, server: TestClient, dana: Person, app: App
) -> None:
    given, other = tokens(server, dana, app), an_app(runtime, dana.organisation_id)

    assert refresh(server, other, given["refresh_token"]).json()["error"] == "invalid_grant"
    assert refresh(server, app, given["refresh_token"]).status_code == 200


def test_an_access_token_refreshes_nothing(server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)

    assert refresh(server, app, given["access_token"]).json()["error"] == "invalid_grant"


def test_refreshing_may_narrow_what_a_token_is_for_but_never_widen_it(
    server: TestClient, dana: Person, app: App
) -> None:
    first = tokens(server, dana, app)

    for more in ("destinations:write", "meetings:read audit", "keys"):
        assert refresh(server, app, first["refresh_token"], scope=more).json()["error"] == "invalid_scope"
    narrow = refresh(server, app, first["refresh_token"], scope="sessions").json()
    wide = refresh(server, app, narrow["refresh_token"]).json()

    assert narrow["scope"] == "sessions"
    assert wide["scope"] == first["scope"]


def test_tokens_end_by_time(runtime: Runtime, server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)

    assert is_active(later(runtime, ACCESS_LIFETIME - timedelta(seconds=30)), app, given["access_token"])
    assert not is_active(later(runtime, ACCESS_LIFETIME), app, given["access_token"])
    assert refresh(later(runtime, REFRESH_LIFETIME), app, given["refresh_token"]).json()["error"] == "invalid_grant"


def test_giving_up_an_access_token_leaves_the_rest(server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)

    assert call(server, "revoke", app, token=given["access_token"]).status_code == 200

    assert not is_active(server, app, given["access_token"])
    assert is_active(server, app, given["refresh_token"])


@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "nonsense"])
def test_giving_up_a_refresh_token_ends_everything_whatever_the_hint(
    server: TestClient, dana: Person, app: App, hint: str | None
) -> None:
    given = tokens(server, dana, app)

    for _ in range(2):
        answer = call(server, "revoke", app, token=given["refresh_token"], token_type_hint=hint)
        assert (answer.status_code, answer.json()) == (200, {})

    assert not is_active(server, app, given["access_token"])
    assert not is_active(server, app, given["refresh_token"])


def test_a_token_that_does_not_exist_is_given_up_without_a_fuss(server: TestClient, app: App) -> None:
    assert call(server, "revoke", app, token="unknown").status_code == 200
    assert call(server, "revoke", app).json()["error"] == "invalid_request"


@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
def test_an_app_that_does_not_say_who_it_is_is_asked_to(server: TestClient, endpoint: str) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x", "token": "x"}

    answer = server.post(f"/oauth/{endpoint}", data=form)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic ")


def test_only_its_own_app_can_give_up_or_ask_about_a_token(
    runtime: Runtime, server: TestClient, dana: Person, app: App, public_app: App
) -> None:
    given, other = tokens(server, dana, app), an_app(runtime, dana.organisation_id)

    assert call(server, "revoke", other, token=given["refresh_token"]).json()["error"] == "invalid_grant"
    assert call(server, "introspect", other, token=given["access_token"]).json() == {"active": False}
    assert call(server, "introspect", public_app, token=given["access_token"]).json()["error"] == "invalid_client"
    assert is_active(server, app, given["refresh_token"])


def test_asking_about_a_token_says_whose_it_is_and_how_long(
    runtime: Runtime, server: TestClient, dana: Person, app: App
) -> None:
    given = tokens(server, dana, app)

    told = call(server, "introspect", app, token=given["access_token"]).json()

    assert told["client_id"] == app.client_id
    assert told["sub"] == dana.user_id
    assert told["organisation_id"] == dana.organisation_id
    assert told["scope"] == "meetings:read sessions"
    assert told["iss"] == runtime.settings.base_url
    assert told["exp"] - told["iat"] == 3600
    assert "dana@" not in str(told)


def test_whoever_is_removed_takes_their_apps_along(
    runtime: Runtime, server: TestClient, dana: Person, app: App
) -> None:
    mo = a_person(runtime, server, role=Role.MEMBER, name="mo")
    given = tokens(server, mo, app)
    with runtime.database.transaction() as session:
        admin = find_member(session, dana.browser.cookies["hub_session"], runtime.clock())
        assert admin is not None
        service.remove_member(session, admin, mo.user_id, now=runtime.clock())

    assert not is_active(server, app, given["access_token"])
    assert refresh(server, app, given["refresh_token"]).json()["error"] == "invalid_grant"
    with runtime.database.transaction() as session:
        assert allowed_apps(session, dana.organisation_id) == []


def test_what_was_allowed_can_be_taken_back(runtime: Runtime, server: TestClient, dana: Person, app: App) -> None:
    given = [tokens(server, dana, app), tokens(server, dana, app)]
    with runtime.database.transaction() as session:
        (shown,) = allowed_apps(session, dana.organisation_id, user_id=dana.user_id)
        take_back(session, dana.organisation_id, shown.grant_id, actor=dana.user_id, own_only=True, now=runtime.clock())

    assert [is_active(server, app, each["access_token"]) for each in given] == [False, False]


def test_an_ended_app_has_nothing(runtime: Runtime, server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)
    with runtime.database.transaction() as session:
        end_client(session, session.get_one(OAuthClient, app.client_id), actor="test", now=runtime.clock())

    assert refresh(server, app, given["refresh_token"]).json()["error"] == "invalid_client"


def test_nothing_secret_is_at_rest_or_in_logs(
    runtime: Runtime, server: TestClient, dana: Person, app: App, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    code = dana.code(app)
    given = redeem(server, app, code).json()
    refresh(server, app, given["refresh_token"])
    stored = b"".join(file.read_bytes() for file in runtime.settings.data_dir.rglob("hub.db*"))

    assert app.secret is not None
    for secret in (code, given["access_token"], given["refresh_token"], app.secret):
        assert secret.encode() not in stored
        assert secret not in caplog.text


def test_what_is_past_its_time_is_deleted(runtime: Runtime, server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)
    dana.code(app)
    soon = replace(runtime, clock=lambda: runtime.clock() + timedelta(hours=2))
    much_later = replace(runtime, clock=lambda: runtime.clock() + REFRESH_LIFETIME + timedelta(hours=1))

    assert forget_expired_tokens(runtime) == 0
    assert forget_expired_tokens(soon) == 2, "the access token, and the consent whose code nobody redeemed"
    assert is_active(server, app, given["refresh_token"])
    assert forget_expired_tokens(much_later) == 2
    with runtime.database.transaction() as session:
        assert session.exec(select(OAuthToken)).all() == []
        assert session.exec(select(OAuthGrant)).all() == []


def test_whoever_guesses_is_told_to_wait(runtime: Runtime, dana: Person, app: App) -> None:
    now = runtime.clock()
    server = a_server(replace(runtime, clock=lambda: now))
    good = dana.code(app)

    statuses = [redeem(server, App(app.client_id, "wrong"), "code").status_code for _ in range(FAILURES)]
    blocked = redeem(server, app, good)

    assert set(statuses) == {401}
    assert blocked.status_code == 429
    assert 1 <= int(blocked.headers["retry-after"]) <= 60
    assert blocked.json()["error"] == "temporarily_unavailable"
    assert "no-store" in blocked.headers["cache-control"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"grant_type=password&username=a&password=b", "application/x-www-form-urlencoded"),
        (b"grant_type=client_credentials", "application/x-www-form-urlencoded"),
        (b"grant_type=%22%5c%00", "application/x-www-form-urlencoded"),
        (b"grant_type=authorization_code&code=%00", "application/x-www-form-urlencoded"),
        (b"grant_type=authorization_code&grant_type=refresh_token", "application/x-www-form-urlencoded"),
        (b"grant_type=authorization_code&client_id=%ff%fe&code=x", "application/x-www-form-urlencoded"),
        (b"&&==%zz;&" * 50, "application/x-www-form-urlencoded"),
        (b"a=1&" * 5000, "application/x-www-form-urlencoded"),
        (b'{"grant_type": "refresh_token"}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"\xff" * 100, "text/plain"),
    ],
)
@pytest.mark.parametrize("endpoint", ["token", "revoke", "introspect"])
def test_hostile_bodies_are_refused_as_the_standard_says(
    server: TestClient, app: App, endpoint: str, body: bytes, content_type: str
) -> None:
    answer = server.post(f"/oauth/{endpoint}", content=body, headers={"content-type": content_type}, auth=as_basic(app))

    assert answer.status_code == 400
    assert answer.json()["error"] in {"invalid_request", "unsupported_grant_type", "invalid_client", "invalid_grant"}


@pytest.mark.parametrize(
    "sent", ["Basic", "Basic /w==", "Basic \u00e9", "Basic Og==", "Bearer x", "Basic " + "A" * 9000]
)
def test_hostile_credentials_are_refused(server: TestClient, sent: str) -> None:
    answer = server.post(
        "/oauth/token", data={"grant_type": "refresh_token", "refresh_token": "x"},
        headers=[(b"authorization", sent.encode("latin-1"))],
    )  # fmt: skip

    assert answer.status_code in {400, 401}
    assert answer.json()["error"] == "invalid_client"


def test_parameters_in_the_address_do_not_count(server: TestClient, dana: Person, app: App) -> None:
    code = dana.code(app)
    query = {"grant_type": "authorization_code", "code": code}

    answer = server.post("/oauth/token", params=query, auth=as_basic(app))

    assert answer.json()["error"] == "invalid_request"


def test_other_errors_have_the_same_shape(server: TestClient) -> None:
    wrong_method = server.get("/oauth/token")
    too_large = server.post(
        "/oauth/token", content=b"x" * 2_000_000, headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert (wrong_method.status_code, too_large.status_code) == (405, 413)
    for answer in (wrong_method, too_large):
        assert answer.json().keys() == {"error", "error_description"}


def test_the_metadata_is_sound(runtime: Runtime) -> None:
    settings = runtime.settings.model_copy(update={"public_url": "https://hub.example.com"})
    server = a_server(replace(runtime, settings=settings))

    told = server.get("/.well-known/oauth-authorization-server")

    AuthorizationServerMetadata(told.json()).validate(metadata_classes=[rfc9207.AuthorizationServerMetadata])
    assert told.json()["issuer"] == "https://hub.example.com"
    assert told.json()["code_challenge_methods_supported"] == ["S256"]
    assert "keys" not in told.json()["scopes_supported"]
    for name in ("token", "revocation", "introspection", "authorization"):
        path = told.json()[f"{name}_endpoint"].removeprefix("https://hub.example.com")
        assert server.request("OPTIONS", path).status_code == 405, "there is such a place"


def test_a_token_of_another_kind_opens_nothing(server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)

    assert opens(server, given["refresh_token"]) == 401


def test_a_token_works_where_a_key_does(server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)

    answer = server.get("/v1/meetings", headers={"Authorization": f"Bearer {given['access_token']}"})

    assert answer.status_code == 200
    assert answer.headers["X-RateLimit-Limit"] == "1000"
    created = server.post("/v1/sessions", json={}, headers={"Authorization": f"Bearer {given['access_token']}"})
    assert created.status_code == 201


def test_a_token_is_for_what_was_allowed_alone(server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)

    for path in ("/v1/destinations", "/v1/audit", "/v1/api-keys", "/v1/oauth-clients"):
        refused = server.get(path, headers={"Authorization": f"Bearer {given['access_token']}"})
        assert refused.status_code == 403
        assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]


def test_a_wrong_token_is_answered_with_a_challenge(server: TestClient) -> None:
    nothing = server.get("/v1/meetings")
    wrong = server.get("/v1/meetings", headers={"Authorization": "Bearer ed_live_at_wrong"})

    assert (nothing.status_code, wrong.status_code) == (401, 401)
    assert nothing.headers["WWW-Authenticate"] == 'Bearer realm="EchoDepth"'
    assert wrong.headers["WWW-Authenticate"] == 'Bearer realm="EchoDepth", error="invalid_token"'


def test_a_tokens_end_is_the_apis_end(runtime: Runtime, server: TestClient, dana: Person, app: App) -> None:
    given = tokens(server, dana, app)
    fresh = a_server(replace(runtime, clock=lambda: runtime.clock() + ACCESS_LIFETIME))

    assert opens(server, given["access_token"]) == 200
    assert opens(fresh, given["access_token"]) == 401


@pytest.mark.parametrize("how", ["given up", "taken back", "app ended", "member removed", "key of the app revoked"])
def test_whatever_ends_a_token_ends_it_at_once(
    runtime: Runtime, server: TestClient, dana: Person, app: App, how: str
) -> None:
    mo = a_person(runtime, server, role=Role.MEMBER, name="mo")
    given = tokens(server, mo, app)
    assert opens(server, given["access_token"]) == 200
    now = runtime.clock()
    with runtime.database.transaction() as session:
        grant = session.exec(select(OAuthGrant)).one()
        admin = find_member(session, dana.browser.cookies["hub_session"], now)
        assert admin is not None
        if how == "taken back":
            take_back(session, dana.organisation_id, grant.id, actor=dana.user_id, own_only=False, now=now)
        elif how == "app ended":
            end_client(session, session.get_one(OAuthClient, app.client_id), actor="test", now=now)
        elif how == "member removed":
            service.remove_member(session, admin, mo.user_id, now=now)
        elif how == "key of the app revoked":
            session.get_one(ApiKey, grant.key_id).revoked_at = now
    if how == "given up":
        call(server, "revoke", app, token=given["access_token"])

    time.sleep(1.1)
    assert opens(server, given["access_token"]) == 401


def test_a_lower_role_takes_effect_on_tokens_that_are_out(
    runtime: Runtime, server: TestClient, dana: Person, app: App
) -> None:
    given = tokens(server, dana, app, scope="meetings:read destinations:write")
    with runtime.database.transaction() as session:
        session.exec(select(Membership).where(Membership.user_id == dana.user_id)).one().role = Role.MEMBER

    assert opens(server, given["access_token"]) == 200
    body = {"connection_id": "con_x"}
    refused = server.post("/v1/destinations", json=body, headers={"Authorization": f"Bearer {given['access_token']}"})
    assert refused.status_code == 403


def test_members_share_the_limit_of_their_app_and_organisations_do_not(
    runtime: Runtime, server: TestClient, dana: Person
) -> None:
    app = an_app(runtime, None, plan="sandbox")
    mo, eve = a_person(runtime, server, name="mo"), a_person(runtime, server, organisation="Fabrikam", name="eve")
    given = [tokens(server, person, app)["access_token"] for person in (dana, mo, eve)]
    with runtime.database.transaction() as session:
        for key in session.exec(select(ApiKey)).all():
            key.limits = {"requests_per_minute": 1}
        assert len(session.exec(select(ApiKey)).all()) == 2

    assert [opens(server, token) for token in given] == [200, 429, 200]


def test_the_key_that_counts_for_an_app_is_no_key_of_peoples(
    runtime: Runtime, server: TestClient, dana: Person, app: App
) -> None:
    tokens(server, dana, app)
    with runtime.database.transaction() as session:
        key = session.exec(select(ApiKey)).one()
        assert list(ApiKeys(session, dana.organisation_id).all()) == []
    assert key.id not in dana.browser.get("/settings").text


def test_the_audit_log_names_the_consent_behind_what_an_app_did(
    runtime: Runtime, server: TestClient, dana: Person
) -> None:
    app = an_app(runtime, dana.organisation_id, scopes=["webhooks:write"])
    bearer = {"Authorization": f"Bearer {tokens(server, dana, app, scope='webhooks:write')['access_token']}"}

    made = server.post("/v1/webhook-endpoints", json={"url": "https://example.com/hook"}, headers=bearer)

    assert made.status_code == 201, made.text
    with runtime.database.transaction() as session:
        grant = session.exec(select(OAuthGrant)).one()
        entry = session.exec(select(AuditEntry).where(AuditEntry.subject == made.json()["id"])).one()
    assert entry.actor == grant.id
