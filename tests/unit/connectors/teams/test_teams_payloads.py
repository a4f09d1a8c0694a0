"""Microsoft's published payloads, accepted or refused as their notes say."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors import registry
from connectors.base.errors import RateLimited, RequestRejected, SignatureInvalid
from connectors.base.http import error_for
from connectors.base.inbound import receive
from connectors.base.records import EventKind, InboundRequest, InboundResponse, SourceEvent
from connectors.teams.connector import TeamsConnector
from connectors.teams.items import RECORDINGS, TRANSCRIPTS, item
from connectors.teams.keys import client_state, private_keys
from connectors.teams.mapping import complete_event
from connectors.teams.opening import decrypt
from tests.support.payloads import payload

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "a-webhook-secret"
TENANT = "2432b57b-0abd-43db-aa7b-16eadd115d34"
ORGANIZER = "976f4b31-fd01-4e0b-9178-29cc40c14438"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("notification.callRecording.basic", EventKind.RECORDING_COMPLETED),
        ("notification.callTranscript.basic", EventKind.TRANSCRIPT_COMPLETED),
    ],
)
def test_a_basic_notification_names_what_has_to_be_asked_for(name: str, kind: EventKind) -> None:
    [event] = _received(payload(f"graph/{name}")["body"])

    assert (event.kind, event.account_id, event.incomplete) == (kind, TENANT, True)
    assert event.recording is not None
    assert event.recording.facts["organizer_id"] == ORGANIZER


@pytest.mark.parametrize("name", ["lifecycle.reauthorizationRequired", "lifecycle.subscriptionRemoved"])
def test_a_lifecycle_event_asks_us_to_look_after_the_subscription(name: str) -> None:
    [event] = _received(payload(f"graph/{name}")["body"])

    assert (event.kind, event.account_id, event.recording) == (EventKind.SUBSCRIPTION_ENDING, TENANT, None)


def test_one_post_can_hold_items_of_all_kinds() -> None:
    names = ("notification.callRecording.basic", "notification.callTranscript.basic", "lifecycle.subscriptionRemoved")
    items = [payload(f"graph/{name}")["body"]["value"][0] for name in names]
    other = {**items[0], "resource": "users('x')/messages('y')"}

    events = _received({"value": [*items, other, items[0]]})

    assert [event.kind for event in events] == [
        EventKind.RECORDING_COMPLETED,
        EventKind.TRANSCRIPT_COMPLETED,
        EventKind.SUBSCRIPTION_ENDING,
    ]


def test_placeholder_client_states_are_refused() -> None:
    body = payload("graph/notification.callRecording.basic")["body"]

    with pytest.raises(SignatureInvalid):
        receive("teams", _request(body), SECRET, NOW)


@pytest.mark.parametrize("capital", [False, True])
def test_the_encryption_vector_decrypts(capital: bool) -> None:
    vector = payload("graph/vector.encryptedContent.generated")["body"]
    content: dict[str, Any] = vector["encryptedContent"]
    if capital:
        content = {name[0].upper() + name[1:]: value for name, value in content.items()}
    pem = vector["private_key_pem"] + _pem(vector["certificate_der_base64"])
    key = private_keys(pem).find("unknown", content.get("encryptionCertificateThumbprint", _thumbprint(vector)))
    assert key is not None

    assert decrypt(content, key) == json.loads(vector["expected_plain"])


@pytest.mark.parametrize("part", ["data", "dataKey", "dataSignature"])
def test_encrypted_content_that_was_changed_is_refused(part: str) -> None:
    vector = payload("graph/vector.encryptedContent.generated")["body"]
    key = private_keys(vector["private_key_pem"] + _pem(vector["certificate_der_base64"])).find("", _thumbprint(vector))
    text = vector["encryptedContent"][part]
    changed = {**vector["encryptedContent"], part: ("A" if text[0] != "A" else "B") + text[1:]}
    assert key is not None

    with pytest.raises(SignatureInvalid):
        decrypt(changed, key)


def test_a_decrypted_recording_gets_an_address_that_can_be_fetched() -> None:
    found = item(payload("graph/decrypted.callRecording")["body"], RECORDINGS)

    assert (found.organizer_id, found.tenant_id, found.session) == (ORGANIZER, TENANT, "")
    assert found.content_path.startswith(f"users/{ORGANIZER}/onlineMeetings/MSo5")
    assert found.content_path.endswith("%3D/content")
    assert found.created_at == datetime(2023, 7, 25, 9, 35, 2, 850220, tzinfo=UTC)


def test_listed_recordings_and_transcripts_are_read() -> None:
    [recorded] = payload("graph/onlineMeeting.recordings.list")["body"]["value"]
    transcript = item(payload("graph/callTranscript.get")["body"], TRANSCRIPTS)

    event = complete_event(item(recorded, RECORDINGS), TENANT)

    assert event.occurred_at == datetime(2023, 4, 10, 8, 13, 17, 599096, tzinfo=UTC)
    assert transcript.session == "bc842d7a-2f6e-4b18-a1c7-73ef91d5c8e3"
    assert transcript.organizer_id == "ba321e0d-79ee-478d-8e28-85a19507f456"
    assert transcript.content_path.endswith("/content?$format=text/vtt")
    assert "$metadata" not in transcript.content_path


@pytest.mark.parametrize(
    ("name", "expected", "code", "wait_s"),
    [
        ("error.429", RateLimited, "TooManyRequests", 10.0),
        ("error.400.lifecycle_required", RequestRejected, "InvalidRequest", None),
    ],
)
def test_errors_are_told_apart(name: str, expected: type[Exception], code: str, wait_s: float | None) -> None:
    example = payload(f"graph/{name}")
    headers = {key.lower(): value for key, value in example.get("headers", {}).items()}

    error = error_for(
        "Microsoft",
        example["status"],
        headers,
        json.dumps(example["body"]).encode(),
        NOW,
        registry.manifest("teams").errors,
    )

    assert type(error) is expected
    assert error.code == code
    assert getattr(error, "retry_after", None) == wait_s


@pytest.mark.parametrize(
    "body",
    [{}, {"value": {}}, {"value": []}, {"value": [7, None, "x"]}],
    ids=["nothing", "no_list", "empty", "no_items"],
)
def test_a_body_without_items_proves_nothing(body: dict[str, Any]) -> None:
    with pytest.raises(SignatureInvalid):
        receive("teams", _request(body), SECRET, NOW)


def test_items_that_say_little_are_no_events() -> None:
    rows = [
        {"resource": 7},
        {"changeType": "deleted", "resource": "communications/onlineMeetings('a')/recordings('b')"},
    ]

    assert TeamsConnector.parse({"value": [{}, *rows, {"lifecycleEvent": "unheard of"}]}) == ()


def test_the_address_check_is_answered_with_the_decoded_token_as_plain_text() -> None:
    token = "Validation: <b>é</b> & more"
    url = "https://hub.example/hooks/teams?validationToken=Validation%3A+%3Cb%3E%C3%A9%3C%2Fb%3E%20%26+more"

    answer = receive("teams", InboundRequest("POST", url, {}, b""), "", NOW)

    assert isinstance(answer, InboundResponse)
    assert (answer.status, answer.content_type, answer.body.decode()) == (200, "text/plain", token)


def test_without_a_secret_nothing_is_let_in() -> None:
    body = {"value": [{"tenantId": TENANT, "clientState": client_state("", TENANT)}]}

    with pytest.raises(SignatureInvalid):
        receive("teams", _request(body), "", NOW)


def test_a_foreign_item_is_left_out_and_costs_us_none_of_ours() -> None:
    [announced] = payload("graph/notification.callRecording.basic")["body"]["value"]
    ours = {**announced, "clientState": client_state(SECRET, TENANT)}
    stolen = {**ours, "tenantId": "another"}

    events = receive("teams", _request({"value": [stolen, ours]}), SECRET, NOW)

    assert not isinstance(events, InboundResponse)
    assert [event.account_id for event in events] == [TENANT]
    with pytest.raises(SignatureInvalid):
        receive("teams", _request({"value": [stolen]}), SECRET, NOW)


def _received(body: dict[str, Any]) -> list[SourceEvent]:
    items = [{**row, "clientState": client_state(SECRET, row["tenantId"])} for row in body["value"]]
    events = receive("teams", _request({**body, "value": items}), SECRET, NOW)
    assert not isinstance(events, InboundResponse)
    return list(events)


def _request(body: dict[str, Any]) -> InboundRequest:
    plain = InboundRequest("POST", "https://hub.example/hooks/teams?mark=1", {}, b"")
    return replace(plain, body=json.dumps(body).encode())


def _pem(der_base64: str) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{der_base64}\n-----END CERTIFICATE-----\n"


def _thumbprint(vector: dict[str, Any]) -> str:
    return str(vector["encryptedContent"]["encryptionCertificateThumbprint"])
