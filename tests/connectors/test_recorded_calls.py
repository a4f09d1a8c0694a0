"""`hub connector replay`: what becomes of recorded calls, ours, published ones, and ones that nobody expects."""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner

from connectors import registry
from connectors.base.recorded import RecordedError, read_recorded
from connectors.base.records import EventKind, SourceEvent
from connectors.hubspot import webhook as hubspot
from hub.cli import app
from hub.connections.replay.following import Action, after_event
from hub.connections.replay.run import STAND_IN_SECRET
from hub.settings import Settings
from tests.connectors.recorded import NOW, as_file, differences, recorded_fixtures, replayed
from tests.support.payloads import payload

PAYLOADS = Path(__file__).resolve().parents[3] / "shared" / "providers" / "payloads"
CALLS = [(each.id, path) for each in registry.all_manifests() for path in recorded_fixtures(each)]
ZOOM = {"event": "meeting.ended", "event_ts": 1794997000000, "payload": {"account_id": "a1", "object": {"uuid": "u1"}}}


@pytest.mark.parametrize(("provider_id", "path"), CALLS, ids=lambda value: getattr(value, "name", value))
def test_our_recorded_calls_come_out_as_they_say(provider_id: str, path: Path) -> None:
    wanted = json.loads(path.read_text(encoding="utf-8"))["_expect"]

    assert differences(wanted, replayed(provider_id, path.read_bytes())) == []


@pytest.mark.parametrize("manifest", registry.all_manifests(), ids=lambda manifest: manifest.id)
def test_every_provider_has_recorded_calls_of_each_way_to_fail(manifest: Any) -> None:
    calls = [json.loads(path.read_text(encoding="utf-8"))["_expect"] for path in recorded_fixtures(manifest)]

    seen = {call["error"]["class"] for call in calls if call["outcome"] == "error"}

    assert seen >= {"AuthorizationLost", "RateLimited", "ProviderUnavailable", "RequestRejected"}
    assert manifest.webhook is None or "SignatureInvalid" in seen
    assert "response" in {call["outcome"] for call in calls}


EVENTS, RESPONSE, IGNORED = {"outcome": "events"}, {"outcome": "response"}, {"outcome": "ignored"}


def _error(name: str, action: str, **facts: Any) -> dict[str, Any]:
    return {"outcome": "error", "error": {"class": name, **facts}, "next": {"action": action}}


REJECTED = _error("RequestRejected", "park")
LOST = _error("AuthorizationLost", "reconnect")
AGAIN = "retry_with_backoff"
# by file name; the notes in the files say why
PUBLISHED: dict[str, dict[str, Any]] = {
    "zoom/error.401.token": LOST,
    "zoom/error.429.per_second": _error("RateLimited", AGAIN, retry_after_s=None),
    "zoom/rest.chat.send": {"outcome": "response", "response": {"id": "8cfaf567-bf5a-4acc-b4f2-88b3d371aca5"}},
    "zoom/rest.users.recordings.list": {
        "outcome": "response",
        "response": {"events": [{"kind": "recording.completed"}]},
    },
    "zoom/webhook.app_deauthorized": {"outcome": "events", "events": [{"kind": "account.deauthorized"}]},
    "zoom/webhook.recording.transcript_completed": {"outcome": "events", "events": [{"kind": "transcript.completed"}]},
    "zoom/webhook.meeting.participant_joined": IGNORED,
    "zoom/webhook.endpoint.url_validation": {
        "outcome": "response",
        "response": {
            "status": 200,
            "body": {
                "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
                "encryptedToken": "9c8ad56737c19db2904b301c0781e86857e999f39f07727668cf62a5e7e298c8",
            },
        },
    },
    "graph/error.429": _error("RateLimited", "retry_after", retry_after_s=10.0),
    "graph/subscription.create.request": IGNORED,
    "graph/decrypted.callRecording": EVENTS,
    "graph/vector.encryptedContent.generated": EVENTS,
    "graph/lifecycle.subscriptionRemoved": {"outcome": "events", "events": [{"kind": "subscription.ending"}]},
    "graph/transcript.content.vtt": {"outcome": "response", "response": {"transcript": {"cues": [{"end_s": 5.32}]}}},
    "salesforce/error.INVALID_SESSION_ID.401": LOST,
    "salesforce/oauth.error.invalid_grant": LOST,
    "salesforce/error.REQUEST_LIMIT_EXCEEDED.403": _error("RateLimited", AGAIN, status=403),
    "salesforce/error.UNABLE_TO_LOCK_ROW.400": _error("ProviderUnavailable", AGAIN, status=400),
    "salesforce/upsert.ambiguous.300": REJECTED,
    "salesforce/collections.partial.200": {
        "outcome": "response",
        "response": {"rows": [{"error": {"code": "DUPLICATES_DETECTED"}}, {"id": "003RM0000068xVCYAY"}]},
    },
    "salesforce/query.first_page.truncated": {"outcome": "response", "response": {"total": 10000, "more_pages": True}},
    "hubspot/error.401.expired": LOST,
    "hubspot/error.429.ten_secondly": _error("RateLimited", "retry_after", retry_after_s=10.0),
    "hubspot/error.429.search_secondly": _error("RateLimited", "retry_after", retry_after_s=1.0),
    "hubspot/error.400.property": _error("RequestRejected", "park", code="PROPERTY_DOESNT_EXIST"),
    "hubspot/batch.upsert.207": {"outcome": "response", "response": {"failed": [{"inputs": ["not-an-email"]}]}},
    "hubspot/webhook.batch": IGNORED,
    "slack/error.token_revoked": LOST,
    "slack/event.app_uninstalled": {"outcome": "events", "events": [{"kind": "account.deauthorized"}]},
    "slack/interactivity.block_actions": IGNORED,
    "slack/signature.vector": {"outcome": "response", "response": {"status": 200}},
    "slack/slash_command.form": {"outcome": "response", "response": {"status": 200}},
    "slack/error.ratelimited": _error("RateLimited", "retry_after", retry_after_s=1.0),
    "standard_webhooks/vector": RESPONSE,
}
BY_KIND = {"error": REJECTED, "webhook": EVENTS, "notification": EVENTS, "lifecycle": EVENTS}
"""By the first word of a file's name."""


@pytest.mark.parametrize("path", sorted(PAYLOADS.glob("*/*.json")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_published_payload_is_accepted_or_rejected_as_its_note_says(path: Path) -> None:
    name = f"{path.parent.name}/{path.stem}"
    outcome = replayed(path.parent.name, path.read_bytes())

    assert differences(PUBLISHED.get(name) or BY_KIND.get(path.stem.split(".")[0], RESPONSE), outcome) == []


def test_the_published_payloads_were_all_looked_at() -> None:
    if not PAYLOADS.is_dir():
        pytest.skip("the published example payloads are not here")
    index = {entry["name"] for entry in json.loads((PAYLOADS / "INDEX.json").read_text(encoding="utf-8"))}

    assert {f"{path.parent.name}/{path.stem}" for path in PAYLOADS.glob("*/*.json")} == index
    assert PUBLISHED.keys() <= index


def _zoom_signature(body: bytes, timestamp: int) -> str:
    return "v0=" + hmac.digest(STAND_IN_SECRET.encode(), b"v0:%d:%b" % (timestamp, body), hashlib.sha256).hex()


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_a_real_signature_counts_although_the_file_lost_the_bodys_spelling(separators: tuple[str, str]) -> None:
    at = int(NOW.timestamp())
    signature = _zoom_signature(json.dumps(ZOOM, separators=separators).encode(), at)
    headers = {"X-Zm-Request-Timestamp": str(at), "X-Zm-Signature": signature}

    good = replayed("zoom", as_file(headers=headers, body=ZOOM))
    stale = replayed("zoom", as_file(headers={**headers, "X-Zm-Request-Timestamp": str(at - 301)}, body=ZOOM))
    other = replayed("zoom", as_file(headers=headers, body={**ZOOM, "event": "meeting.started"}))

    assert good["outcome"] == "events"
    assert {stale["error"]["class"], other["error"]["class"]} == {"SignatureInvalid"}


@pytest.mark.parametrize(
    ("signed_address", "outcome"),
    [
        ("https://hub.example.com/hooks/hubspot?a= b/c", "events"),
        (f"{Settings().base_url}/hooks/hubspot?a= b/c", "events"),
        ("https://elsewhere.example.com/hooks/hubspot", "error"),
    ],
)
def test_a_signature_over_the_address_is_checked_at_the_one_that_the_file_names(
    signed_address: str, outcome: str
) -> None:
    body = '[{"portalId": 62515, "subscriptionType": "contact.deletion", "objectId": 1, "occurredAt": 1711234567890}]'
    timestamp = str(int(NOW.timestamp() * 1000))
    given = hubspot.sign("POST", signed_address, body.encode(), timestamp, STAND_IN_SECRET)
    headers = {"X-HubSpot-Signature-v3": given, "X-HubSpot-Request-Timestamp": timestamp}

    file = as_file(url="https://hub.example.com/hooks/hubspot?a=%20b%2Fc", headers=headers, body=body)

    assert replayed("hubspot", file)["outcome"] == outcome


def _in_any_case(value: Any, change: Callable[[str], str]) -> Any:
    return (
        {change(name): _in_any_case(inner, change) for name, inner in value.items()}
        if isinstance(value, dict)
        else value
    )


@pytest.mark.parametrize("change", [str.lower, lambda name: name[0].upper() + name[1:]])
def test_encrypted_content_is_opened_whatever_the_case_of_its_names(change: Callable[[str], str]) -> None:
    vector = payload("graph/vector.encryptedContent.generated")["body"]

    assert replayed("teams", as_file(body=_in_any_case(vector, change)))["outcome"] == "events"


@pytest.mark.parametrize("missing", ["certificate", "names"])
def test_encrypted_content_that_names_no_certificate_is_opened_with_the_only_key(missing: str) -> None:
    vector = payload("graph/vector.encryptedContent.generated")["body"]
    content = {name: value for name, value in vector["encryptedContent"].items() if "Certificate" not in name}
    without = {name: value for name, value in vector.items() if name != "certificate_der_base64"}

    body = without if missing == "certificate" else {**vector, "encryptedContent": content}

    assert replayed("teams", as_file(body=body))["outcome"] == "events"


def test_a_given_webhook_secret_decides() -> None:
    at = int(NOW.timestamp())
    body = json.dumps(ZOOM)
    headers = {"x-zm-request-timestamp": at, "x-zm-signature": _zoom_signature(body.encode(), at)}

    assert replayed("zoom", as_file(headers=headers, body=body))["outcome"] == "events"
    assert replayed("zoom", as_file(headers=headers, body=body), "another")["error"]["class"] == "SignatureInvalid"


def test_a_body_nested_too_deeply_is_refused_and_breaks_nothing() -> None:
    deep = b'{"body": ' + b'{"a":[' * 60_000 + b"]}" * 60_000 + b"}"

    assert replayed("zoom", deep)["error"]["class"] == "RequestRejected"
    assert replayed("slack", deep)["error"]["class"] == "RequestRejected"
    assert replayed("zoom", b'{"status": 200, ' + deep[1:])["error"]["class"] == "ProviderUnavailable"


def test_a_huge_request_is_refused_as_at_the_door() -> None:
    outcome = replayed("zoom", as_file(body={**ZOOM, "padding": "x" * 1024 * 1024}))

    assert outcome["error"]["code"] == "payload_too_large"
    assert outcome["next"]["action"] == "drop"


@pytest.mark.parametrize("provider_id", [each.id for each in registry.all_manifests()])
@pytest.mark.parametrize("body", [{}, [], "", None, "plain", 7, {"error": None}, [{}], {"value": [None]}, [["x"]]])
@pytest.mark.parametrize("status", [None, 200, 302, 400, 418, 500])
def test_whatever_comes_has_an_outcome(provider_id: str, body: Any, status: int | None) -> None:
    file = {"body": body} if status is None else {"status": status, "body": body}

    outcome = replayed(provider_id, as_file(**file))

    assert outcome["outcome"] in {"events", "ignored", "response", "error"}
    if (status or 200) >= 400:
        assert outcome["outcome"] == "error"
    if outcome["outcome"] == "error":
        assert outcome["next"]["action"] in {"reconnect", "retry_after", "retry_with_backoff", "park", "drop"}


def test_another_providers_call_leads_to_nothing() -> None:
    slack = {"type": "event_callback", "event": {"type": "app_uninstalled"}}

    assert replayed("zoom", as_file(body=slack))["outcome"] == "ignored"
    assert replayed("teams", as_file(body=ZOOM))["error"]["class"] == "SignatureInvalid"
    assert replayed("salesforce", as_file(body=ZOOM))["error"]["class"] == "SignatureInvalid"


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_event_has_a_next_step(kind: EventKind) -> None:
    event = SourceEvent(kind, "a1", "key", NOW)

    actions = {step["action"] for step in (after_event(event), after_event(replace(event, incomplete=True)))}

    assert actions == {after_event(event)["action"], Action.COMPLETE}


def test_the_next_step_stands_beside_each_event_and_beside_what_is_ignored() -> None:
    ended, started = replayed("zoom", as_file(body=ZOOM)), replayed("zoom", as_file(body={**ZOOM, "event": "x"}))

    assert ended["events"][0]["next"]["action"] == "note"
    assert started["next"]["action"] == "nothing"


def test_an_event_of_no_account_says_that_nobody_gets_it() -> None:
    nobodys = {**ZOOM, "payload": {"object": {"uuid": "u1"}}}

    [event] = replayed("zoom", as_file(body=nobodys))["events"]

    assert event["account_id"] is None
    assert event["next"]["action"] == "nothing"


def test_nothing_secret_is_printed() -> None:
    token = {"status": 200, "body": {"access_token": "s3cret-1", "refresh_token": "s3cret-2", "expires_in": 60}}
    event = {**ZOOM, "event": "recording.completed", "download_token": "s3cret-3"}

    assert "s3cret" not in json.dumps(replayed("zoom", as_file(**token)))
    assert "s3cret" not in json.dumps(replayed("zoom", as_file(body=event)))


@pytest.mark.parametrize(
    ("status", "action"), [(200, None), (410, "park"), (302, "park"), (429, "retry_after"), (500, "retry_with_backoff")]
)
def test_a_webhook_subscribers_answer_is_read_too(status: int, action: str | None) -> None:
    outcome = replayed("webhook", as_file(status=status, headers={"Retry-After": "9"}, body="x"))

    assert outcome.get("next", {}).get("action") == action


@pytest.mark.parametrize(
    "file",
    [
        *(b"", b"[]", b"{", b'{"status": 200', b'{"note": 1}', b'{"status": "200"}', b'{"status": 99}'),
        *(b"\xff\xfe", b'{"headers": [], "body": {}}', b'{"body": [}', b'{"body": {}, }', b"{1: 2}", b'{"body": 1} x'),
    ],
)
def test_a_file_that_is_no_recorded_call_is_refused_with_the_reason(file: bytes) -> None:
    with pytest.raises(RecordedError, match=r"\w"):
        read_recorded(file)


@pytest.fixture
def quiet_logs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No logger keeps the standard error that the command runner lends it."""
    silent = structlog.make_filtering_bound_logger(logging.CRITICAL)
    monkeypatch.setattr("hub.kit.logging.configure", lambda _: structlog.configure(wrapper_class=silent))
    yield
    structlog.reset_defaults()


@pytest.mark.usefixtures("quiet_logs")
class TestCommand:
    def test_it_prints_json_alone(self, tmp_path: Path) -> None:
        (tmp_path / "call.json").write_bytes(as_file(status=429, headers={"Retry-After": "4"}, body={"error": {}}))

        result = CliRunner().invoke(app, ["connector", "replay", "graph", str(tmp_path / "call.json")])

        assert result.exit_code == 0
        assert json.loads(result.stdout)["next"]["wait_s"] == 4.0

    @pytest.mark.parametrize(
        ("provider", "content", "reason"),
        [("zoom", None, "No such file"), ("zoom", b"{", "call.json"), ("quill", b'{"body": {}}', "zoom")],
    )
    def test_what_cannot_be_replayed_is_told_on_both_streams(
        self, tmp_path: Path, provider: str, content: bytes | None, reason: str
    ) -> None:
        file = tmp_path / "call.json"
        if content is not None:
            file.write_bytes(content)

        result = CliRunner().invoke(app, ["connector", "replay", provider, str(file)])

        assert result.exit_code == 2
        assert json.loads(result.stdout)["outcome"] == "error"
        assert reason in result.stderr

    def test_an_old_request_is_judged_at_its_own_moment(self, tmp_path: Path) -> None:
        body = json.dumps(ZOOM)
        headers = {"x-zm-request-timestamp": "1700000000", "x-zm-signature": _zoom_signature(body.encode(), 1700000000)}
        file = tmp_path / "call.json"
        file.write_bytes(as_file(headers=headers, body=body))

        today = CliRunner().invoke(app, ["connector", "replay", "zoom", str(file)])
        then = CliRunner().invoke(app, ["connector", "replay", "zoom", str(file), "--at", "2023-11-14T22:13:20"])

        assert json.loads(today.stdout)["error"]["class"] == "SignatureInvalid"
        assert json.loads(then.stdout)["outcome"] == "events"
