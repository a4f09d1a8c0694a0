"""HubSpot's signature, version 3."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base.errors import RequestRejected, SignatureInvalid
from connectors.base.inbound import receive
from connectors.base.records import EventKind, InboundRequest, InboundResponse, RecordChange, SourceEvent
from sandbox.hubspot.events import signed
from tests.support.payloads import payload

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "demo-hubspot-secret"
URL = "https://hub.example/hooks/hubspot"
BODY = b'[{"subscriptionType": "contact.merge", "portalId": 1}]'


def _request(body: bytes = BODY, url: str = URL, at: datetime = NOW) -> InboundRequest:
    return InboundRequest("POST", url, signed("POST", url, body, int(at.timestamp() * 1000)), body)


def test_a_batch_as_published_is_let_in_and_holds_nothing_to_analyse() -> None:
    body = json.dumps(payload("hubspot/webhook.batch")["body"]).encode()

    assert receive("hubspot", _request(body), SECRET, NOW) == ()


def test_the_signature_is_the_documented_one() -> None:
    timestamp = str(int(NOW.timestamp() * 1000))
    source = b"POST" + URL.encode() + BODY + timestamp.encode()
    signature = base64.b64encode(hmac.new(SECRET.encode(), source, hashlib.sha256).digest()).decode()
    headers = {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": timestamp}

    assert receive("hubspot", InboundRequest("POST", URL, headers, BODY), SECRET, NOW) == ()


def test_the_address_is_decoded_before_it_is_checked() -> None:
    request = _request(url=f"{URL}?back=https%3A%2F%2Fa.example%2Fb%3Fc%20d")

    assert receive("hubspot", request, SECRET, NOW) == ()


def _read(*rows: Mapping[str, Any]) -> list[SourceEvent]:
    found = receive("hubspot", _request(json.dumps(rows).encode()), SECRET, NOW)
    assert not isinstance(found, InboundResponse)
    return list(found)


def _row(name: str, **facts: Any) -> dict[str, Any]:
    return {"subscriptionType": name, "portalId": 62515, "occurredAt": 1795082400000, "eventId": 1, **facts}


def test_a_merge_leads_from_both_ids_to_the_new_one() -> None:
    [event] = _read(_row("contact.merge", primaryObjectId=501, mergedObjectIds=[502], newObjectId=900))

    assert (event.kind, event.account_id) == (EventKind.RECORD_MERGED, "62515")
    assert event.records == RecordChange("Contact", ("501", "502"), "900")


def test_a_merge_without_a_new_id_leads_to_the_first_one() -> None:
    [event] = _read(_row("deal.merge", primaryObjectId=501, mergedObjectIds=[502, 503]))

    assert event.records == RecordChange("Deal", ("502", "503"), "501")


@pytest.mark.parametrize(
    ("name", "facts", "kind", "record_type"),
    [
        ("contact.deletion", {}, "record.deleted", "Contact"),
        ("company.deletion", {}, "record.deleted", "Company"),
        ("contact.privacyDeletion", {}, "person.forgotten", "Contact"),
        ("object.deletion", {"objectTypeId": "0-3"}, "record.deleted", "Deal"),
        ("object.privacyDeletion", {"objectTypeId": "0-1"}, "person.forgotten", "Contact"),
    ],
)
def test_deletions_name_their_record(name: str, facts: dict[str, str], kind: str, record_type: str) -> None:
    [event] = _read(_row(name, objectId=7, **facts))

    assert (event.kind, event.records) == (kind, RecordChange(record_type, ("7",)))


def test_one_request_may_hold_several_accounts_and_the_same_event_twice() -> None:
    once = _row("contact.deletion", objectId=7)

    events = _read(once, {**once, "attemptNumber": 1}, {**once, "portalId": 9}, _row("contact.creation", objectId=8))

    assert [(event.account_id, event.records) for event in events] == [
        ("62515", RecordChange("Contact", ("7",))),
        ("9", RecordChange("Contact", ("7",))),
    ]


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"subscriptionType": "contact.merge"},
        _row("contact.merge", primaryObjectId=None, mergedObjectIds=7),
        _row("contact.deletion"),
        _row("ticket.deletion", objectId=7),
        {**_row("contact.deletion", objectId=7), "occurredAt": "now"},
        {**_row("contact.deletion", objectId=7), "portalId": None},
    ],
)
def test_rows_that_say_too_little_are_left_out_and_spoil_no_others(row: dict[str, Any]) -> None:
    [event] = _read(row, _row("contact.deletion", objectId=8))

    assert event.records == RecordChange("Contact", ("8",))


@pytest.mark.parametrize("body", [b"not json", b'{"subscriptionType": "contact.merge"}', b"[" * 60_000])
def test_a_body_that_is_no_list_is_rejected(body: bytes) -> None:
    with pytest.raises(RequestRejected):
        receive("hubspot", _request(body), SECRET, NOW)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_a_little(minutes: int) -> None:
    assert receive("hubspot", _request(at=NOW + timedelta(minutes=minutes)), SECRET, NOW) == ()


@pytest.mark.parametrize("minutes", [-6, 6])
def test_stale_and_future_requests_are_refused(minutes: int) -> None:
    with pytest.raises(SignatureInvalid):
        receive("hubspot", _request(at=NOW + timedelta(minutes=minutes)), SECRET, NOW)


@pytest.mark.parametrize("secret", ["", "another"])
def test_another_secret_or_none_is_refused(secret: str) -> None:
    with pytest.raises(SignatureInvalid):
        receive("hubspot", _request(), secret, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"body": BODY + b" "},
        {"method": "PUT"},
        {"url": f"{URL}?x=1"},
        {"headers": {}},
        {"headers": {"x-hubspot-signature-v3": "ü", "x-hubspot-request-timestamp": "1795176000000"}},
    ],
)
def test_a_changed_request_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(SignatureInvalid):
        receive("hubspot", replace(_request(), **changes), SECRET, NOW)  # type: ignore[arg-type]
