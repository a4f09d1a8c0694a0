"""Faults, resets and the webhook subscriber."""

import hmac
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from sandbox.serving import running
from tests.support.simulated import App

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PLAYED = ("/zoom-files", "/zoom/v2", "/services")
BODY = '{"type": "analysis.completed"}'


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    with running(tmp_path) as base, httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


def _signed(secret: str = SECRET, message_id: str = "msg_1") -> dict[str, str]:
    now = datetime.now(UTC)
    own = hmac.new(secret.encode(), BODY.encode(), sha256).hexdigest()
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, now, BODY),
        "x-echodepth-signature": f"sha256={own}",
    }


def test_the_subscriber_takes_what_its_secret_signed_and_counts_repetitions(http: httpx.Client) -> None:
    http.put("/_sandbox/subscriber/crm", json={"secrets": [SECRET]})

    statuses = [http.post("/subscriber/crm", content=BODY, headers=_signed()).status_code for _ in range(2)]

    seen = http.get("/_sandbox/subscriber/crm").json()
    assert statuses == [204, 204]
    assert (seen["received"], seen["verified"], seen["duplicates"]) == (2, 2, 1)
    assert seen["events"] == ["analysis.completed"] * 2
    assert "verified" in http.get("/subscriber").text


def test_the_subscriber_refuses_and_keeps_what_it_cannot_verify(http: httpx.Client) -> None:
    http.put("/_sandbox/subscriber/crm", json={"secrets": [SECRET]})
    other = "whsec_" + "A" * 32

    answer = http.post("/subscriber/crm", content=BODY, headers=_signed(other))

    assert answer.status_code == 401
    assert http.get("/_sandbox/subscriber/crm").json()["verified"] == 0


def test_a_rotation_accepts_both_secrets(http: httpx.Client) -> None:
    other = "whsec_" + "A" * 32
    http.put("/_sandbox/subscriber/crm", json={"secrets": [other, SECRET]})

    assert http.post("/subscriber/crm", content=BODY, headers=_signed()).status_code == 204


def test_a_fault_happens_as_often_as_it_was_ordered(http: httpx.Client) -> None:
    http.put("/_sandbox/subscriber/crm", json={"secrets": [SECRET]})
    http.post("/_sandbox/faults", json=[{"provider": "subscriber", "kind": "500", "path": "/crm", "times": 2}])

    statuses = [http.post("/subscriber/crm", content=BODY, headers=_signed()).status_code for _ in range(3)]

    assert statuses == [500, 500, 204]
    assert http.get("/_sandbox/faults").json() == []


def test_an_unknown_provider_or_fault_is_refused(http: httpx.Client) -> None:
    assert http.post("/_sandbox/faults", json=[{"provider": "nobody", "kind": "500"}]).status_code == 404
    assert http.post("/_sandbox/faults", json=[{"provider": "zoom", "kind": "flood"}]).status_code == 422


@pytest.mark.parametrize(
    ("provider", "kind"),
    [("zoom", "lock_row"), ("slack", "expired_download"), ("salesforce", "late_webhook"), ("subscriber", "lock_row")],
)
def test_a_fault_that_a_provider_does_not_know_is_refused(http: httpx.Client, provider: str, kind: str) -> None:
    assert http.post("/_sandbox/faults", json=[{"provider": provider, "kind": kind}]).status_code == 422


def test_a_mix_lets_a_share_of_all_requests_go_wrong(http: httpx.Client) -> None:
    http.post("/_sandbox/faults/mix", json={"providers": ["subscriber"], "share": 0.2, "seed": 7, "seconds": 0})

    statuses = [_status(http) for _ in range(200)]

    wrong = sum(status != 401 for status in statuses)
    [mix] = http.get("/_sandbox/faults").json()
    assert mix["requests"] == 200
    assert 25 <= sum(mix["hits"].values()) <= 55
    assert wrong == sum(mix["hits"].values()) - mix["hits"].get("slow", 0)
    assert {"429", "429_retry_after", "500", "500_after", "503_retry_after", "cut", "slow"} == set(mix["hits"])


def test_the_same_seed_brings_the_same_faults(http: httpx.Client) -> None:
    def play(seed: int) -> list[int]:
        http.post("/_sandbox/faults/mix", json={"providers": ["subscriber"], "share": 0.5, "seed": seed, "seconds": 0})
        return [_status(http) for _ in range(30)]

    first, again, other = play(1), play(1), play(2)

    assert first == again
    assert first != other


def test_a_mix_knows_what_only_some_addresses_can_say(http: httpx.Client) -> None:
    http.post("/_sandbox/faults/mix", json={"share": 1.0, "seconds": 0})

    def play(method: str, path: str) -> None:
        for _ in range(60):
            with suppress(httpx.TransportError):
                http.request(method, path)

    play("GET", "/zoom-files/1")
    play("GET", "/zoom/v2/users/me")
    play("POST", "/services/data/v62.0/composite")

    log = http.get("/_sandbox/requests").json()
    at = {path: {entry["fault"] for entry in log if entry["path"].startswith(path)} for path in PLAYED}
    assert "expired_download" in at["/zoom-files"]
    assert "expired_download" not in at["/zoom/v2"]
    assert "lock_row" in at["/services"]


def test_signing_in_is_spared(http: httpx.Client) -> None:
    http.post("/_sandbox/faults/mix", json={"share": 1.0})

    assert App(str(http.base_url).rstrip("/"), "zoom", http).connect()["access_token"]


def test_calls_above_a_limit_are_refused_and_counted(http: httpx.Client) -> None:
    http.put("/_sandbox/options/salesforce", json={"daily_requests": 1})
    token = App(str(http.base_url).rstrip("/"), "salesforce", http).connect()["access_token"]

    for _ in range(3):
        http.get("/services/data/v62.0/limits", headers={"authorization": f"Bearer {token}"})

    assert http.get("/_sandbox/limits").json() == {
        "hubspot": {}, "salesforce": {"DailyApiRequests": 2}, "slack": {}, "subscriber": {}, "teams": {}, "zoom": {},
    }  # fmt: skip


def test_ordered_refusals_are_no_violations(http: httpx.Client) -> None:
    http.post("/_sandbox/faults", json=[{"provider": "zoom", "kind": "429"}])

    assert http.get("/zoom/v2/users/me").status_code == 429
    assert http.get("/_sandbox/limits").json()["zoom"] == {}


@pytest.mark.parametrize("path", ["/zoom/v2/users/me", "/microsoft/v1.0/organization", "/slack/api/auth.test"])
def test_an_outage_can_say_how_long_it_lasts(http: httpx.Client, path: str) -> None:
    provider = {"microsoft": "teams"}.get(name := path.split("/")[1], name)
    http.post("/_sandbox/faults", json=[{"provider": provider, "kind": "503_retry_after", "seconds": 120}])

    answer = http.get(path)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
    assert answer.json()


def test_a_family_can_be_revoked_in_the_middle_of_a_refresh(http: httpx.Client) -> None:
    app = App(str(http.base_url).rstrip("/"), "zoom", http)
    token = app.connect()["refresh_token"]
    http.post("/_sandbox/faults", json=[{"provider": "zoom", "kind": "revoke_family", "path": "/oauth/token"}])

    assert app.refresh(token).json()["error"] == "invalid_grant"


def test_a_reset_brings_the_seeded_state_back(http: httpx.Client) -> None:
    app = App(str(http.base_url).rstrip("/"), "salesforce", http)
    token = app.connect()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    http.post("/services/data/v62.0/sobjects/Account", json={"Name": "New"}, headers=headers)

    http.post("/_sandbox/reset")

    accounts = http.get("/_sandbox/state/salesforce").json()["records"]["Account"]
    assert [account["Name"] for account in accounts] == ["Contoso"]
    assert http.get("/services/data/v62.0/limits", headers=headers).status_code == 401


def test_the_request_log_keeps_no_credentials(http: httpx.Client) -> None:
    app = App(str(http.base_url).rstrip("/"), "zoom", http)
    token = app.connect()["access_token"]
    http.get("/zoom/v2/users/me", headers={"authorization": f"Bearer {token}"})

    log = http.get("/_sandbox/requests", params={"provider": "zoom"})

    assert log.json()[-1]["path"] == "/zoom/v2/users/me"
    assert token not in log.text
    assert "demo-zoom-secret" not in log.text


@pytest.mark.parametrize("path", ["/", "/zoom", "/teams", "/salesforce", "/hubspot", "/slack", "/subscriber"])
def test_pages_load_nothing_from_elsewhere(http: httpx.Client, path: str) -> None:
    page = http.get(path)

    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "prefers-color-scheme: dark" in page.text


def _status(http: httpx.Client) -> int:
    """What an unsigned delivery is answered with; 0 for a cut connection."""
    try:
        # a connection of its own: one that was just cut may look open for a moment
        return http.post("/subscriber/crm", content=BODY, headers={"connection": "close"}).status_code
    except httpx.TransportError:
        return 0
