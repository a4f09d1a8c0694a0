"""What owners and admins change on the settings page, and what becomes of what they typed when it is refused."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI, Request
from sqlmodel import select
from starlette.testclient import TestClient

from hub.accounts import usage
from hub.accounts.models import ApiKey, AuditEntry, Organisation, Role, User
from hub.accounts.service import NewKey, make_api_key
from hub.accounts.sessions import Member
from hub.connections.models import Connection
from hub.console.errors import error_page
from hub.deliveries.models import Destination
from hub.meetings.models import Meeting, MeetingState
from hub.runtime import Runtime
from tests.support.console import seed_meeting
from tests.unit.hub.console.conftest import browser_with, somebody

Owner = tuple[str, Member]
Send = Callable[..., Any]

KEY = {"key_name": "Nightly import", "scopes": ["analyse", "usage"]}


@pytest.fixture
def send(browser_of_owner: TestClient, owner: Owner) -> Send:
    """The owner sends a form."""

    def post(path: str, **fields: Any) -> Any:
        return browser_of_owner.post(path, data={**fields, "csrf_token": owner[1].csrf_token})

    return post


@pytest.fixture
def mo(runtime: Runtime, plain_member: str) -> str:
    """The id of the plain member."""
    assert plain_member
    with runtime.database.transaction() as session:
        return session.exec(select(User.id).where(User.email == "mo@northwind.example")).one()


def secret_of(answer: Any) -> str:
    found = re.search(r'id="secret">([^<]+)<', answer.text)
    assert found is not None, answer.text
    return found[1]


def signs_in(stranger: TestClient, password: str) -> bool:
    form = {"email": "mo@northwind.example", "password": password}
    return stranger.post("/sign-in", data=form, follow_redirects=False).status_code == 303


def actions(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as session:
        return list(session.exec(select(AuditEntry.action).order_by(AuditEntry.id)).all())


def test_a_removed_member_comes_back_with_a_new_password(send: Send, stranger: TestClient, mo: str) -> None:
    send(f"/settings/members/{mo}/remove")

    added = send("/settings/members", member_name="Mo", email="Mo@northwind.example", role="admin")

    assert signs_in(stranger, secret_of(added))


def test_a_lost_password_is_replaced_and_every_browser_signed_out(
    app: FastAPI, send: Send, stranger: TestClient, plain_member: str, mo: str, runtime: Runtime
) -> None:
    shown = send(f"/settings/members/{mo}/password")

    assert browser_with(app, plain_member).get("/settings").status_code == 303
    assert signs_in(stranger, secret_of(shown))
    assert "member.password_reset" in actions(runtime)


def test_a_changed_role_counts_on_the_next_page(app: FastAPI, send: Send, plain_member: str, mo: str) -> None:
    browser = browser_with(app, plain_member)
    assert "Create key" not in browser.get("/settings").text

    send(f"/settings/members/{mo}/role", role="admin")

    assert "Create key" in browser.get("/settings").text


def test_the_last_owner_stays_one(send: Send, browser_of_owner: TestClient, owner: Owner) -> None:
    assert send(f"/settings/members/{owner[1].user_id}/role", role="member").status_code == 303

    page = browser_of_owner.get("/settings").text
    assert "Somebody has to be owner" in page
    assert "Create key" in page


def test_an_owner_hands_over(send: Send, browser_of_owner: TestClient, owner: Owner, mo: str) -> None:
    send(f"/settings/members/{mo}/role", role="owner")
    send(f"/settings/members/{owner[1].user_id}/role", role="member")

    assert "Create key" not in browser_of_owner.get("/settings").text


def test_sign_in_says_what_to_do_about_a_lost_password(stranger: TestClient, owner: Owner) -> None:
    assert owner
    assert "hub members reset-password" in stranger.get("/sign-in").text


@pytest.mark.parametrize(
    ("path", "fields", "kept"),
    [
        ("/settings/members", {"member_name": "Ada", "email": "no address"}, ["Ada", "no address"]),
        ("/settings/members", {"member_name": "Ada", "email": "dana@northwind.example"}, ["Ada"]),
        ("/settings/keys", {"key_name": "", "scopes": ["usage"]}, ['value="usage" checked']),
        ("/settings/keys", {"key_name": "Nightly", "scopes": []}, ["Nightly", "at least one thing"]),
        ("/settings/keys", {**KEY, "last_day": "2020-01-31"}, ["2020-01-31", "not over"]),
        ("/settings/keys", {**KEY, "plan": "enterprise"}, ["Choose a plan"]),
        ("/settings/organisation", {"name": "N", "domains": "gmail.com"}, ["gmail.com", "Anybody can have"]),
        ("/settings/privacy/forget", {"forget_email": "nobody@example.com"}, ["nobody@example.com", "Nobody with"]),
    ],
)
def test_a_refused_form_keeps_what_was_typed_and_says_what_to_do(
    send: Send, path: str, fields: dict[str, Any], kept: list[str]
) -> None:
    answer = send(path, **fields)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert [text for text in kept if text not in answer.text] == []


def test_a_refused_rule_keeps_what_was_typed(send: Send, runtime: Runtime, owner: Owner) -> None:
    seed_meeting(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        crm = session.exec(select(Destination)).one()
        channel = Destination(
            organisation_id=crm.organisation_id,
            connection_id=_notifier(session, crm),
            name="#deals",
            created_at=crm.created_at,
        )
        session.add(channel)

    answer = send(f"/destinations/{channel.id}/rule", below="900", owners="dana@northwind.example, nonsense")

    assert answer.status_code == 422
    assert 'value="900"' in answer.text
    assert "Enter a number from 0 to 100." in answer.text
    assert "dana@northwind.example, nonsense" in answer.text
    assert "Write addresses such as" in answer.text
    assert '<details class="more" open>' in answer.text


def _notifier(session: Any, crm: Destination) -> str:
    row = Connection(
        organisation_id=crm.organisation_id, provider="slack", account_id="T1", tokens="", created_at=crm.created_at
    )
    session.add(row)
    session.flush()
    return row.id


def test_a_key_does_what_was_chosen_until_its_last_day_is_over(send: Send, runtime: Runtime) -> None:
    tomorrow = runtime.clock().date() + timedelta(days=1)

    secret = secret_of(send("/settings/keys", **KEY, plan="sandbox", last_day=tomorrow.isoformat()))

    with runtime.database.transaction() as session:
        key = session.exec(select(ApiKey)).one()
    assert secret.startswith("ed_test_sk_")
    assert (key.plan, key.scopes) == ("sandbox", ["analyse", "usage"])
    assert key.expires_at == datetime.combine(tomorrow + timedelta(days=1), datetime.min.time(), UTC)


def test_a_speech_key_is_for_speech_alone(send: Send, runtime: Runtime) -> None:
    assert secret_of(send("/settings/keys", key_name="Phone", kind="speech")).startswith("psk_")
    with runtime.database.transaction() as session:
        assert session.exec(select(ApiKey)).one().scopes == ["speech"]


def test_the_page_shows_what_keys_may_do_and_what_they_used(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    now = runtime.clock()
    organisation_id = owner[1].organisation_id
    with runtime.database.transaction() as session:
        new = NewKey("Nightly", plan="sandbox", scopes=("analyse",))
        key, _ = make_api_key(session, organisation_id, new, actor="test", now=now)
        for kind, quantity in ((usage.ANALYSES, 3), (usage.MEDIA_SECONDS, 3600), (usage.SESSION_MINUTES, 500)):
            usage.meter(session, organisation_id, key.id, kind, quantity, now)

    page = browser_of_owner.get("/settings").text

    assert 'data-label="Plan">Sandbox<' in page
    assert "500 of 500" in page
    assert "Used up" in page
    assert "1 h 00 min" in page


def test_a_shorter_retention_is_asked_about_with_what_it_deletes(
    send: Send, runtime: Runtime, owner: Owner, browser_of_owner: TestClient
) -> None:
    old = seed_meeting(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        session.get_one(Meeting, old.id).created_at = runtime.clock() - timedelta(days=40)
    form = {"name": "Northwind", "domains": "northwind.example", "retention_days": "30"}

    asked = send("/settings/organisation", **form)

    assert asked.status_code == 422
    assert "deletes 1 meeting, within the hour" in asked.text
    assert retention(runtime) is None
    assert send("/settings/organisation", **{**form, "retention_days": "20"}, confirmed_days="30").status_code == 422
    assert send("/settings/organisation", **form, confirmed_days="30").status_code == 303
    assert retention(runtime) == 30
    assert send("/settings/organisation", **{**form, "retention_days": "90"}).status_code == 303
    assert (
        "Changed the organisation: days that results are kept: 90 (before: 30)"
        in browser_of_owner.get("/settings").text
    )


def retention(runtime: Runtime) -> int | None:
    with runtime.database.transaction() as session:
        return session.exec(select(Organisation)).one().retention_days


def test_a_deleted_meeting_is_gone_and_who_deleted_it_is_known(
    send: Send, browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    page = browser_of_owner.get(f"/meetings/{meeting.id}").text
    assert "Salesforce still holds what was written." in page

    assert send(f"/meetings/{meeting.id}/delete").headers["location"] == "/meetings"

    assert browser_of_owner.get(f"/meetings/{meeting.id}").status_code == 404
    assert "Deleted a meeting from Zoom" in browser_of_owner.get("/settings/audit?about=meetings").text


def test_a_meeting_under_way_is_deleted_later(send: Send, runtime: Runtime, owner: Owner) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        session.get_one(Meeting, meeting.id).state = MeetingState.ANALYSING

    assert send(f"/meetings/{meeting.id}/delete").headers["location"] == f"/meetings/{meeting.id}"

    with runtime.database.transaction() as session:
        assert session.get(Meeting, meeting.id) is not None


def test_a_forgotten_person_is_in_no_meeting_and_not_in_the_audit_log(
    send: Send, browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)

    assert send("/settings/privacy/forget", forget_email="Priya.Nair@contoso.example").status_code == 303

    assert "They are forgotten in the one meeting" in browser_of_owner.get("/settings").text
    assert "Priya Nair" not in browser_of_owner.get(f"/meetings/{meeting.id}").text
    with runtime.database.transaction() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "person.forgotten")).one()
    assert "priya" not in entry.model_dump_json().lower()


def test_a_forgotten_host_is_not_named_as_the_host_either(send: Send, runtime: Runtime, owner: Owner) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)

    send("/settings/privacy/forget", forget_email=meeting.host_email)

    with runtime.database.transaction() as session:
        assert session.get_one(Meeting, meeting.id).host_email == ""


def test_an_admin_gives_an_owner_no_password(app: FastAPI, runtime: Runtime, owner: Owner) -> None:
    cookie = somebody(runtime, owner[1].organisation_id, "ada@northwind.example", Role.ADMIN)
    browser = browser_with(app, cookie)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', browser.get("/settings").text)[0]

    for what in ("password", "role", "remove"):
        browser.post(f"/settings/members/{owner[1].user_id}/{what}", data={"csrf_token": token, "role": "member"})
        assert "Only an owner can" in browser.get("/settings").text

    assert browser_with(app, owner[0]).get("/settings").status_code == 200


def test_what_went_wrong_on_our_side_has_an_id_to_quote() -> None:
    request = Request({"type": "http", "path": "/", "headers": [], "app": None, "state": {"request_id": "req_quoted"}})

    page = error_page(request, 500, "Something went wrong on our side. Quote the request id to support.")

    assert b"req_quoted" in page.body
