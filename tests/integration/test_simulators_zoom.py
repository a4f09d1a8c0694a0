"""The Zoom simulator behaves like Zoom, checked against example payloads where they are at hand."""

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from sandbox.serving import running
from tests.support.shapes import differences, missing
from tests.support.simulated import App, Receiver, receiving
from tests.support.waiting import until

PAYLOADS = Path(__file__).parents[3] / "shared" / "providers" / "payloads" / "zoom"
SECRET = b"demo-zoom-webhook-secret"
VTT = "WEBVTT\r\n\r\n1\r\n00:00:00.000 --> 00:00:02.000\r\nPriya Shah: Yes.\r\n"
PEOPLE = [
    {"name": "Dana Reyes", "email": "dana.reyes@northwind.example", "internal": True},
    {"name": "Priya Shah", "email": "priya.shah@contoso.example"},
    {"name": "Guest", "email": "guest@elsewhere.example", "registered": False, "rejoined": True},
]


@pytest.fixture
def base(tmp_path: Path) -> Iterator[str]:
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    (recordings / "call.mp4").write_bytes(bytes(range(256)) * 40)
    (recordings / "call.vtt").write_text(VTT, newline="")
    with running(tmp_path / "data", recordings) as url:
        yield url


@pytest.fixture
def http(base: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=base, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def api(base: str, http: httpx.Client) -> Iterator[httpx.Client]:
    token = App(base, "zoom", http).connect()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"{base}/zoom/v2", headers=headers, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(_answer_validation) as listening:
        yield listening


def _answer_validation(body: bytes) -> bytes | None:
    event = json.loads(body)
    if event["event"] != "endpoint.url_validation":
        return None
    plain = event["payload"]["plainToken"]
    encrypted = hmac.new(SECRET, plain.encode(), sha256).hexdigest()
    return json.dumps({"plainToken": plain, "encryptedToken": encrypted}).encode()


def _play(http: httpx.Client, **order: Any) -> dict[str, Any]:
    body = {"topic": "Renewal", "video": "call.mp4", "duration_s": 90, "participants": PEOPLE} | order
    answer = http.post("/_sandbox/zoom/meetings", json=body)
    assert answer.status_code == 201, answer.text
    played: dict[str, Any] = answer.json()
    return played


def _twice(uuid: str) -> str:
    return quote(quote(uuid, safe=""), safe="")


def _example(name: str) -> Any:
    path = PAYLOADS / f"{name}.json"
    if not path.is_file():
        pytest.skip("the example payloads are not here")
    return json.loads(path.read_text())["body"]


def test_a_recording_is_listed_in_the_examples_shape(http: httpx.Client, api: httpx.Client) -> None:
    played = _play(http)["meeting"]
    page = api.get("/users/me/recordings").json()

    assert [meeting["uuid"] for meeting in page["meetings"]] == [played["uuid"]]
    assert page["meetings"][0]["duration"] == 2
    example = _example("rest.users.recordings.list")
    assert missing(example, page) == set()
    file = page["meetings"][0]["recording_files"][0]
    assert differences(example["meetings"][0]["recording_files"][0], file) == []


def test_participants_have_addresses_only_where_zoom_knows_them(http: httpx.Client, api: httpx.Client) -> None:
    uuid = _play(http)["meeting"]["uuid"]
    rows = api.get(f"/past_meetings/{_twice(uuid)}/participants").json()["participants"]

    assert [(row["name"], row["user_email"], row["internal_user"]) for row in rows] == [
        ("Dana Reyes", "dana.reyes@northwind.example", True),
        ("Priya Shah", "priya.shah@contoso.example", False),
        ("Guest", "", False),
        ("Guest", "", False),
    ]
    assert differences(_example("rest.past_meetings.participants")["participants"][0], rows[0]) == []


@pytest.mark.parametrize("uuid", ["/awkward//one==", "plain=="])
def test_awkward_uuids_must_be_encoded_twice(http: httpx.Client, api: httpx.Client, uuid: str) -> None:
    _play(http, uuid=uuid)
    once = quote(uuid, safe="")

    assert api.get(f"/meetings/{_twice(uuid)}/recordings").json()["uuid"] == uuid
    assert api.get(f"/meetings/{once}/recordings").status_code == (404 if uuid.startswith("/") else 200)


def test_lists_come_in_pages_and_cover_a_month_at_most(http: httpx.Client, api: httpx.Client) -> None:
    recent = {_play(http)["meeting"]["uuid"] for _ in range(3)}
    _play(http, start_time="2026-01-05T10:00:00Z")
    query = {"page_size": "2", "from": "2026-01-01"}

    first = api.get("/users/me/recordings", params=query).json()
    second = api.get("/users/me/recordings", params=query | {"next_page_token": first["next_page_token"]}).json()

    assert {meeting["uuid"] for page in (first, second) for meeting in page["meetings"]} == recent
    assert second["next_page_token"] == ""


def test_errors_speak_zooms_language(http: httpx.Client, api: httpx.Client) -> None:
    assert http.get("/zoom/v2/users/me").json() == {"code": 124, "message": "Requires an access token."}
    absent = api.get("/meetings/nothing/recordings")
    assert (absent.status_code, absent.json()["code"]) == (404, 3301)
    http.post("/_sandbox/faults", json=[{"provider": "zoom", "kind": "429"}])
    limited = api.get("/users/me")
    assert (limited.status_code, "retry-after" in limited.headers) == (429, False)
    http.post("/_sandbox/faults", json=[{"provider": "zoom", "kind": "429_retry_after", "seconds": 60}])
    assert api.get("/users/me").headers["retry-after"].endswith("Z")


def test_a_token_without_the_scope_is_turned_away(base: str, http: httpx.Client) -> None:
    token = App(base, "zoom", http).connect(scope="user:read:user")["access_token"]
    answer = http.get("/zoom/v2/users/me/recordings", headers={"authorization": f"Bearer {token}"})

    assert (answer.status_code, answer.json()["code"]) == (400, 4711)


def test_a_download_needs_a_token_moves_to_another_host_and_resumes(http: httpx.Client, api: httpx.Client) -> None:
    uuid = _play(http)["meeting"]["uuid"]
    url = api.get(f"/meetings/{_twice(uuid)}/recordings").json()["recording_files"][0]["download_url"]

    assert http.get(url).status_code == 401
    moved = http.get(url, headers={"authorization": api.headers["authorization"]})
    assert moved.status_code == 302
    target = httpx.URL(moved.headers["location"])
    assert target.host != httpx.URL(url).host
    whole = http.get(target)
    rest = http.get(target, headers={"range": "bytes=10000-"})
    assert rest.status_code == 206
    assert rest.headers["content-range"] == f"bytes 10000-10239/{len(whole.content)}"
    assert rest.content == whole.content[10000:]


def test_a_bearer_token_that_follows_the_redirect_is_noticed(http: httpx.Client, api: httpx.Client) -> None:
    uuid = _play(http)["meeting"]["uuid"]
    url = api.get(f"/meetings/{_twice(uuid)}/recordings").json()["recording_files"][0]["download_url"]
    target = api.get(url).headers["location"]

    assert http.get(target, headers={"authorization": api.headers["authorization"]}).status_code == 400
    assert http.get("/_sandbox/state/zoom").json()["leaked_tokens"] == 1


def test_signed_addresses_and_download_tokens_expire(http: httpx.Client, api: httpx.Client) -> None:
    uuid = _play(http)["meeting"]["uuid"]
    http.put("/_sandbox/options/zoom", json={"signed_url_seconds": -1, "download_token_seconds": -1})
    details = api.get(f"/meetings/{_twice(uuid)}/recordings", params={"include_fields": "download_access_token"}).json()
    url = details["recording_files"][0]["download_url"]

    assert http.get(api.get(url).headers["location"]).status_code == 403
    assert http.get(url, params={"access_token": details["download_access_token"]}).status_code == 401


def test_a_recording_is_announced_with_zooms_signature_and_shape(http: httpx.Client, receiver: Receiver) -> None:
    played = _play(http, transcript="call.vtt", webhook_url=receiver.url, transcript_delay_s=0.05)
    assert played["webhook_problem"] == ""
    until(lambda: len(receiver.received) == 2)

    for headers, body in receiver.received:
        message = b"v0:" + headers["x-zm-request-timestamp"].encode() + b":" + body
        assert headers["x-zm-signature"] == "v0=" + hmac.new(SECRET, message, sha256).hexdigest()
    completed, transcribed = (json.loads(body) for _, body in receiver.received)
    assert (completed["event"], transcribed["event"]) == ("recording.completed", "recording.transcript_completed")
    assert differences(_example("webhook.recording.completed"), completed) == []
    assert differences(_example("webhook.recording.transcript_completed"), transcribed) == [
        "/payload/object/on_prem is not in the example",
        "/payload/object/recording_play_passcode is not in the example",
    ]
    assert missing(_example("webhook.recording.completed"), completed) == set()


def test_the_webhooks_download_token_downloads(http: httpx.Client, receiver: Receiver) -> None:
    _play(http, webhook_url=receiver.url)
    until(lambda: receiver.received)
    event = json.loads(receiver.received[0][1])
    url = event["payload"]["object"]["recording_files"][0]["download_url"]

    answer = http.get(url, headers={"authorization": f"Bearer {event['download_token']}"})

    assert answer.status_code == 302


def test_an_address_that_does_not_know_the_secret_gets_no_events(http: httpx.Client) -> None:
    with receiving(lambda body: b"{}" if b"url_validation" in body else None) as ignorant:
        played = _play(http, webhook_url=ignorant.url)

        assert "did not return the token" in played["webhook_problem"]
        assert ignorant.received == []


def test_events_are_repeated_until_they_are_taken_and_doubled_on_request(
    http: httpx.Client, receiver: Receiver
) -> None:
    http.put("/_sandbox/options/zoom", json={"retry_delays": [0.05, 0.05]})
    receiver.statuses = [500, 503, 200]
    _play(http, webhook_url=receiver.url)
    until(lambda: len(receiver.received) == 3)
    assert len({body for _, body in receiver.received}) == 1

    http.post("/_sandbox/faults", json=[{"provider": "zoom", "kind": "double_webhook"}])
    _play(http, webhook_url=receiver.url)
    until(lambda: len(receiver.received) == 5)


def test_only_files_of_the_recordings_directory_can_be_played(http: httpx.Client) -> None:
    for name in ("../secret.mp4", "/etc/passwd", "absent.mp4", "."):
        assert http.post("/_sandbox/zoom/meetings", json={"video": name}).status_code == 422


def test_a_cut_download_ends_early_and_the_log_says_so(http: httpx.Client, api: httpx.Client) -> None:
    uuid = _play(http)["meeting"]["uuid"]
    url = api.get(f"/meetings/{_twice(uuid)}/recordings").json()["recording_files"][0]["download_url"]
    target = api.get(url).headers["location"]
    http.post(
        "/_sandbox/faults",
        json=[{"provider": "zoom", "kind": "cut", "path": "/zoom-files", "after_bytes": 100}],
    )

    with pytest.raises(httpx.RemoteProtocolError):
        http.get(target)
    assert http.get(target).status_code == 200
    faults = [entry["fault"] for entry in http.get("/_sandbox/requests", params={"provider": "zoom"}).json()]
    assert faults.count("cut") == 1
