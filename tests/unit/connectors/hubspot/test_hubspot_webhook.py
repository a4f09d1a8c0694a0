"""HubSpot's signature, version 3."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base.errors import SignatureInvalid
from connectors.base.inbound import receive
from connectors.base.records import InboundRequest
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
