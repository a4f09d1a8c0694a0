"""Who may see and do what in the console."""

import re
from dataclasses import replace

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlmodel import select
from starlette.testclient import TestClient

from hub.accounts.models import Organisation, Role
from hub.accounts.sessions import Member, find_member
from hub.analysis.models import Analysis
from hub.connections.models import Connection, ConnectionState
from hub.console.sign_in import local_path
from hub.crm.models import CrmMatch
from hub.meetings.models import Meeting
from hub.runtime import Runtime
from hub.settings import OAuthApp
from tests.support.console import result, seed_meeting, seed_meeting_under_way
from tests.unit.hub.console.conftest import browser_with, somebody

Owner = tuple[str, Member]


@pytest.mark.parametrize(
    "path", ["/", "/meetings", "/connections", "/destinations", "/webhooks", "/deliveries", "/settings"]
)
def test_a_stranger_is_sent_to_sign_in(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("part", ["", "/signals.json", "/events", "/state"])
def test_another_organisation_s_meeting_does_not_exist(
    app: FastAPI, runtime: Runtime, owner: Owner, outsider: str, part: str
) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    assert browser_with(app, owner[0]).get(f"/meetings/{meeting.id}{part}").status_code == 200
    assert browser_with(app, outsider).get(f"/meetings/{meeting.id}{part}").status_code == 404


def test_another_organisation_s_meetings_are_not_listed(
    app: FastAPI, runtime: Runtime, owner: Owner, outsider: str
) -> None:
    seed_meeting(runtime, owner[1].organisation_id)
    for path in ("/", "/meetings", "/meetings?q=renewal", "/deliveries", "/destinations"):
        assert "Contoso" in browser_with(app, owner[0]).get(path).text or path == "/destinations"
        assert "Contoso" not in browser_with(app, outsider).get(path).text


def test_a_form_without_the_session_s_token_is_refused(browser_of_owner: TestClient) -> None:
    for token in ({}, {"csrf_token": "guessed"}):
        answer = browser_of_owner.post("/settings/keys", data={"key_name": "CI", **token})
        assert answer.status_code == 403
        assert "out of date" in answer.text


def test_the_token_of_another_session_is_refused(app: FastAPI, owner: Owner, plain_member: str) -> None:
    answer = browser_with(app, plain_member).post("/sign-out", data={"csrf_token": owner[1].csrf_token})
    assert answer.status_code == 403


def test_a_member_reads_but_changes_nothing(app: FastAPI, plain_member: str) -> None:
    browser = browser_with(app, plain_member)
    page = browser.get("/settings").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    answer = browser.post("/settings/keys", data={"key_name": "CI", "csrf_token": token[1]})
    assert answer.status_code == 403
    assert "owners and admins" in answer.text
    assert "Create key" not in page


def test_a_sign_in_form_from_another_site_is_refused(stranger: TestClient) -> None:
    answer = stranger.post("/sign-in", data={"email": "x", "password": "y"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(stranger: TestClient, owner: Owner) -> None:
    answer = stranger.post(
        "/sign-in", data={"email": "dana@northwind.example", "password": "a long password"}, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie, "the hub is reached over plain http here"


def test_over_https_the_cookie_is_bound_to_tls_and_host(app: FastAPI, stranger: TestClient, owner: Owner) -> None:
    runtime: Runtime = app.state.runtime
    app.state.runtime = replace(
        runtime, settings=runtime.settings.model_copy(update={"public_url": "https://hub.example"})
    )
    answer = stranger.post(
        "/sign-in", data={"email": "dana@northwind.example", "password": "a long password"}, follow_redirects=False
    )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-hub_session=")
    assert "Secure" in cookie


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "/\nx", ""])
def test_nobody_is_sent_elsewhere_after_signing_in(wanted: str) -> None:
    assert local_path(wanted) == "/"
    assert local_path("/meetings?q=a") == "/meetings?q=a"


def test_pages_allow_neither_inline_script_nor_foreign_content(browser_of_owner: TestClient) -> None:
    answer = browser_of_owner.get("/connections")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    for path in ("/", "/meetings", "/connections", "/settings", "/webhooks"):
        page = browser_of_owner.get(path).text
        assert re.search(r"<script(?![^>]*\ssrc=)", page) is None
        assert re.search(r"\s(style|on\w+)=", page) is None


def test_a_notice_that_is_not_ours_is_not_shown(browser_of_owner: TestClient) -> None:
    browser_of_owner.cookies.set("hub_notice", "v1.abc.def.Call-this-number")
    assert browser_of_owner.get("/").status_code == 200


def test_a_notice_is_shown_once(browser_of_owner: TestClient, owner: Owner) -> None:
    changed = {"name": "Northwind Ltd", "domains": "northwind.example", "csrf_token": owner[1].csrf_token}
    assert browser_of_owner.post("/settings/organisation", data=changed).status_code == 303
    assert "Saved." in browser_of_owner.get("/settings").text
    assert "Saved." not in browser_of_owner.get("/settings").text


def test_changed_settings_are_kept_and_in_the_audit_log(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    changed = {"name": "Northwind", "domains": "northwind.example northwind.uk", "retention_days": "30"}
    browser_of_owner.post("/settings/organisation", data={**changed, "csrf_token": owner[1].csrf_token})
    with runtime.database.transaction() as session:
        kept = session.exec(select(Organisation)).one()
    assert kept.domains == ["northwind.example", "northwind.uk"]
    assert kept.retention_days == 30
    page = browser_of_owner.get("/settings").text
    assert "own domains: northwind.example, northwind.uk (before: northwind.example)" in page


def test_the_search_takes_special_characters_as_they_are(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    seed_meeting(runtime, owner[1].organisation_id)
    assert "Contoso" in browser_of_owner.get("/meetings", params={"q": "PRIYA"}).text
    assert "No meeting matches" in browser_of_owner.get("/meetings", params={"q": "100%"}).text
    assert "No meeting matches" in browser_of_owner.get("/meetings", params={"q": "_"}).text


def test_titles_and_names_are_shown_as_text(browser_of_owner: TestClient, runtime: Runtime, owner: Owner) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        row = session.get_one(type(meeting), meeting.id)
        row.title = "<script>alert(1)</script>"
    page = browser_of_owner.get(f"/meetings/{meeting.id}").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_contributions_add_up_on_the_page(browser_of_owner: TestClient, runtime: Runtime, owner: Owner) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    page = browser_of_owner.get(f"/meetings/{meeting.id}").text
    points = [row["points"] for row in result()["contributions"]["signals"]]
    assert 50 + sum(points) == pytest.approx(result()["trust_score"])
    for value in points:
        assert f"{abs(value):.1f}" in page


def test_a_result_without_a_score_says_why(browser_of_owner: TestClient, runtime: Runtime, owner: Owner) -> None:
    why = {"reason": "too_little_speech", "explanation": "Only 12 s of observed speech; at least 20 s are needed."}
    found = {**result(), "trust_score": None, "trust_interval": None, "contributions": None, "abstained": why}
    meeting = seed_meeting(runtime, owner[1].organisation_id, found)
    with runtime.database.transaction() as session:
        session.exec(select(Analysis)).one().trust_score = None
    assert "Only 12 s of observed speech" in browser_of_owner.get(f"/meetings/{meeting.id}").text


def test_a_result_that_could_not_be_made_again_is_shown_and_says_so(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        session.get_one(Meeting, meeting.id).state_reason = "The result of before stands; analysing again failed: why"

    page = browser_of_owner.get(f"/meetings/{meeting.id}").text

    assert "The result of before stands; analysing again failed: why" in page
    assert "This meeting could not be analysed." not in page
    assert "Trust Score" in page


def test_a_meeting_on_its_way_says_what_it_waits_for(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    meeting = seed_meeting_under_way(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        session.get_one(Meeting, meeting.id).state_reason = "Zoom did not answer (retry in 5 s)"

    assert "Zoom did not answer (retry in 5 s)" in browser_of_owner.get(f"/meetings/{meeting.id}").text


def test_a_result_of_an_older_core_is_still_shown(browser_of_owner: TestClient, runtime: Runtime, owner: Owner) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id, {"duration_s": 60.0, "trust_score": 51.0, "alerts": []})
    assert browser_of_owner.get(f"/meetings/{meeting.id}").status_code == 200
    assert browser_of_owner.get(f"/meetings/{meeting.id}/signals.json").json()["series"]["valence"] == []


def test_a_connection_that_needs_a_person_says_why_on_two_pages(
    app: FastAPI, runtime: Runtime, owner: Owner, browser_of_owner: TestClient
) -> None:
    configured = {"zoom": OAuthApp(client_id="id", client_secret=SecretStr("secret"))}
    app.state.runtime = replace(runtime, settings=runtime.settings.model_copy(update={"oauth_apps": configured}))
    seed_meeting(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        zoom = session.exec(select(Connection).where(Connection.provider == "zoom")).one()
        zoom.state, zoom.state_reason = ConnectionState.RECONNECT, "the refresh token was refused"
    for path in ("/", "/connections"):
        assert "he refresh token was refused" in browser_of_owner.get(path).text
    page = browser_of_owner.get("/connections").text
    assert 'action="/connect/zoom"' in page
    assert "<strong>Zoom</strong> must be connected again" in page


def test_reconnecting_signs_in_where_the_connection_did_and_a_refused_answer_is_named(
    app: FastAPI, runtime: Runtime, owner: Owner
) -> None:
    app.state.runtime = replace(
        runtime, settings=runtime.settings.model_copy(update={"oauth_apps": {"salesforce": OAuthApp(client_id="app")}})
    )
    connection = Connection(
        organisation_id=owner[1].organisation_id, provider="salesforce", account_id="00D/005", tokens="",
        state=ConnectionState.RECONNECT, config={"login": "northwind.my.salesforce.com"}, created_at=runtime.clock(),
    )  # fmt: skip
    with runtime.database.transaction() as session:
        session.add(connection)

    page = browser_with(app, owner[0]).get("/connections?notice=invalid&provider=salesforce&field=login").text

    assert re.search(r'name="login" value="northwind\.my\.salesforce\.com"', page)
    assert "Salesforce was not connected" in page
    assert "My Domain or sandbox: Your own address" in page


def test_no_page_claims_to_tell_who_is_honest(browser_of_owner: TestClient, runtime: Runtime, owner: Owner) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    under_way = seed_meeting_under_way(runtime, owner[1].organisation_id)
    for path in ("/", f"/meetings/{meeting.id}", f"/meetings/{under_way.id}", "/about-scores", "/settings"):
        page = browser_of_owner.get(path).text.lower()
        assert (
            re.search(r"\b(lie|lies|lying|liar|truth|truthful|deception|deceptive|honest\w*|dishonest\w*)\b", page)
            is None
        )


def test_progress_streams_the_end_of_a_finished_meeting(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    answer = browser_of_owner.get(f"/meetings/{meeting.id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: finished\ndata: \n\n"


def test_a_person_can_put_a_record_right(browser_of_owner: TestClient, runtime: Runtime, owner: Owner) -> None:
    meeting = seed_meeting(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        match = session.exec(select(CrmMatch).where(CrmMatch.record_type == "Contact")).one()
    chosen = {"record_type": "Contact", "record_id": "0035g00000A9", "csrf_token": owner[1].csrf_token}
    assert browser_of_owner.post(f"/matches/{match.id}/choose", data=chosen).status_code == 303
    page = browser_of_owner.get(f"/meetings/{meeting.id}").text
    assert "Chosen instead of Contact Priya Nair." in page
    browser_of_owner.post(f"/matches/{match.id}/remove", data={"csrf_token": owner[1].csrf_token})
    assert "Chosen instead of" not in browser_of_owner.get(f"/meetings/{meeting.id}").text


def test_only_a_record_that_was_offered_can_be_chosen(
    browser_of_owner: TestClient, runtime: Runtime, owner: Owner
) -> None:
    seed_meeting(runtime, owner[1].organisation_id)
    with runtime.database.transaction() as session:
        match = session.exec(select(CrmMatch).where(CrmMatch.record_type == "Contact")).one()
    chosen = {"record_type": "Contact", "record_id": "made-up", "csrf_token": owner[1].csrf_token}
    assert browser_of_owner.post(f"/matches/{match.id}/choose", data=chosen).status_code == 404


def test_a_new_member_signs_in_with_the_password_shown_once_and_is_out_when_removed(
    app: FastAPI, stranger: TestClient, browser_of_owner: TestClient, owner: Owner
) -> None:
    token = {"csrf_token": owner[1].csrf_token}
    person = {"member_name": "Mo", "email": "mo@northwind.example", "role": "member"}
    shown = re.search(
        r'id="secret">([^<]+)<', browser_of_owner.post("/settings/members", data={**person, **token}).text
    )
    assert shown is not None
    signed_in = {"email": "mo@northwind.example", "password": shown[1]}
    assert stranger.post("/sign-in", data=signed_in, follow_redirects=False).status_code == 303
    assert stranger.get("/meetings", follow_redirects=False).status_code == 200
    leaving = re.search(r"/settings/members/(usr_\w+)/remove", browser_of_owner.get("/settings").text)
    assert leaving is not None
    browser_of_owner.post(leaving[0], data=token)
    assert stranger.get("/meetings", follow_redirects=False).status_code == 303


def test_an_owner_is_neither_made_nor_removed_by_an_admin(app: FastAPI, runtime: Runtime, owner: Owner) -> None:
    cookie = somebody(runtime, owner[1].organisation_id, "ada@northwind.example", Role.ADMIN)
    with runtime.database.transaction() as session:
        admin = find_member(session, cookie, runtime.clock())
    assert admin is not None
    browser, token = browser_with(app, cookie), {"csrf_token": admin.csrf_token}
    person = {"member_name": "Mo", "email": "mo@northwind.example", "role": "owner"}
    refused = browser.post("/settings/members", data={**person, **token})
    assert "Only an owner can make an owner." in refused.text
    browser.post(f"/settings/members/{owner[1].user_id}/remove", data=token)
    assert browser_with(app, owner[0]).get("/settings").status_code == 200
