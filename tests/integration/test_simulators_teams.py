"""The simulated Graph keeps Microsoft's rules, and what it says fits the published description."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.serving import running
from tests.support.contract import contract_of
from tests.support.teams_lab import DANA, MEDIA, PEOPLE, TENANT, TRANSCRIPT
from tests.support.waiting import until

PREFIX = "/microsoft/graph/v1.0"
APP = {"client_id": "demo-teams-client", "client_secret": "demo-teams-secret"}
DEFAULT = "https://graph.microsoft.com/.default"


@dataclass
class Tenant:
    base: str
    http: httpx.Client

    def consent(self) -> httpx.URL:
        query = {"client_id": APP["client_id"], "redirect_uri": "http://127.0.0.1:9/back", "state": "a&b"}
        page = self.http.get("/microsoft/login/organizations/adminconsent", params=query)
        request_id = page.text.partition('name="request_id" value="')[2].partition('"')[0]
        form = {"request_id": request_id, "decision": "allow"}
        answer = self.http.post("/microsoft/login/organizations/adminconsent", data=form)
        return httpx.URL(answer.headers["location"])

    def app_token(self) -> str:
        form = {**APP, "grant_type": "client_credentials", "scope": DEFAULT}
        return str(self.http.post(f"/microsoft/login/{TENANT}/oauth2/v2.0/token", data=form).json()["access_token"])

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        self.http.headers["authorization"] = f"Bearer {self.app_token()}"
        return self.http.request(method, f"{PREFIX}{path}", **options)

    def play(self) -> dict[str, Any]:
        order = {"subject": "Renewal", "video": "call.mp4", "transcript": "call.vtt", "duration_s": 60}
        body = order | {"participants": PEOPLE, "transcript_delay_s": 0}
        call: dict[str, Any] = self.http.post("/_sandbox/teams/meetings", json=body).json()["meeting"]
        until(lambda: self.knows_transcript_of(call["id"]), "the transcript is ready")
        return call

    def knows_transcript_of(self, call_id: str) -> bool:
        calls = self.http.get("/_sandbox/state/teams").json()["meetings"]
        return any(call["id"] == call_id and call["transcript_ready"] for call in calls)


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Tenant]:
    (tmp_path / "call.mp4").write_bytes(MEDIA)
    (tmp_path / "call.vtt").write_text(TRANSCRIPT)
    with running(tmp_path / "data", tmp_path) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as http:
        yield Tenant(base, http)


def test_calls_above_the_tenants_limit_are_refused_with_a_wait_and_counted(tenant: Tenant) -> None:
    tenant.consent()
    tenant.http.put("/_sandbox/options/teams", json={"requests_per_second": 1})

    answers = [tenant.call("GET", "/organization") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 429, 429]
    assert answers[1].headers["retry-after"] == "1"
    assert tenant.http.get("/_sandbox/limits").json()["teams"] == {"requests per tenant": 2}


def test_consent_comes_back_with_the_tenant_and_the_state(tenant: Tenant) -> None:
    back = tenant.consent()

    assert dict(back.params) == {"admin_consent": "True", "tenant": TENANT, "state": "a&b"}


def test_before_the_consent_the_tenant_does_not_know_the_app(tenant: Tenant) -> None:
    form = {**APP, "grant_type": "client_credentials", "scope": DEFAULT}
    refused = tenant.http.post(f"/microsoft/login/{TENANT}/oauth2/v2.0/token", data=form)
    tenant.consent()

    assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
    assert tenant.call("GET", "/users").status_code == 200


def test_what_it_says_fits_the_published_description(tenant: Tenant) -> None:
    tenant.consent()
    call = tenant.play()
    meeting = f"/users/{DANA}/onlineMeetings/{call['meeting_id']}"
    span = "startDateTime=2026-01-01T00:00:00Z,endDateTime=2030-01-01T00:00:00Z"
    arguments = f"(meetingOrganizerUserId='{DANA}',{span})"
    paths = [
        meeting,
        f"{meeting}/recordings",
        f"{meeting}/recordings/{call['files']['recording']['id']}",
        f"{meeting}/transcripts",
        f"{meeting}/attendanceReports",
        f"{meeting}/attendanceReports/{call['id']}/attendanceRecords",
        f"/users/{DANA}/onlineMeetings/getAllRecordings{arguments}",
        f"/users/{DANA}/onlineMeetings/getAllTranscripts{arguments}",
        "/subscriptions",
    ]
    contract = contract_of("msgraph", PREFIX)

    problems = {path: contract.problems(tenant.call("GET", path)) for path in paths}

    assert {path: found for path, found in problems.items() if found} == {}


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"lifecycleNotificationUrl": None}, 400, "lifecycleNotificationUrl is required"),
        ({"resource": "users/x/messages"}, 400, "not supported"),
        ({"changeType": "updated"}, 400, "created"),
        ({"expirationDateTime": "2020-01-01T00:00:00Z"}, 400, "future"),
        ({"includeResourceData": True}, 400, "encryptionCertificateId"),
        ({}, 400, "validation request failed"),
    ],
    ids=["no_lifecycle", "resource", "change", "past", "certificate", "unreachable"],
)
def test_subscriptions_that_graph_refuses(tenant: Tenant, changes: dict[str, Any], status: int, words: str) -> None:
    tenant.consent()
    body = {
        "changeType": "created",
        "resource": "communications/onlineMeetings/getAllRecordings",
        "notificationUrl": "http://127.0.0.1:9/hook",
        "lifecycleNotificationUrl": "http://127.0.0.1:9/hook",
        "expirationDateTime": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
        "clientState": "x",
    } | changes

    answer = tenant.call(
        "POST", "/subscriptions", json={key: value for key, value in body.items() if value is not None}
    )

    assert (answer.status_code, words in answer.text) == (status, True)


def test_a_refresh_leaves_the_old_refresh_token_alive(tenant: Tenant) -> None:
    first = _signed_in(tenant)
    form = {**APP, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    url = "/microsoft/login/organizations/oauth2/v2.0/token"

    second, again = (tenant.http.post(url, data=form) for _ in range(2))

    assert second.json()["refresh_token"] != first["refresh_token"]
    assert again.status_code == 200


def test_content_moves_to_another_host_and_comes_in_ranges(tenant: Tenant) -> None:
    tenant.consent()
    call = tenant.play()
    path = f"/users/{DANA}/onlineMeetings/{call['meeting_id']}/recordings/{call['files']['recording']['id']}/content"

    moved = tenant.call("GET", path)
    part = httpx.get(moved.headers["location"], headers={"range": "bytes=10-19"}, trust_env=False, timeout=30)

    assert moved.status_code == 302
    assert httpx.URL(moved.headers["location"]).host != httpx.URL(tenant.base).host
    assert (part.status_code, part.content) == (206, MEDIA[10:20])


def test_what_it_knows_survives_a_restart(tmp_path: Path) -> None:
    (tmp_path / "call.mp4").write_bytes(MEDIA)
    (tmp_path / "call.vtt").write_text(TRANSCRIPT)
    for round_number in range(2):
        with (
            running(tmp_path / "data", tmp_path) as base,
            httpx.Client(base_url=base, trust_env=False, timeout=30) as http,
        ):
            if round_number == 0:
                Tenant(base, http).play()
            else:
                assert len(http.get("/_sandbox/state/teams").json()["meetings"]) == 1


def _signed_in(tenant: Tenant) -> dict[str, Any]:
    from tests.support.simulated import CALLBACK, CHALLENGE, VERIFIER

    url = "/microsoft/login/organizations/oauth2/v2.0"
    query = {"client_id": APP["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "state": "s"}
    query |= {"scope": "offline_access User.Read", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    page = tenant.http.get(f"{url}/authorize", params=query)
    request_id = page.text.partition('name="request_id" value="')[2].partition('"')[0]
    back = tenant.http.post(f"{url}/authorize", data={"request_id": request_id, "decision": "allow"})
    form = {**APP, "grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
    code = httpx.URL(back.headers["location"]).params["code"]
    tokens: dict[str, Any] = tenant.http.post(f"{url}/token", data=form | {"code": code}).json()
    return tokens
