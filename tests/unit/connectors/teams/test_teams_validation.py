"""Encrypted notifications: only Graph's, for our app, of now."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from joserfc import jwt
from joserfc.jwk import RSAKey

from connectors.base.errors import SignatureInvalid
from connectors.base.inbound import Opening, receive
from connectors.base.records import InboundRequest, InboundResponse
from connectors.teams.keys import certificate, client_state
from sandbox.teams.encryption import encrypted
from tests.support.certificates import pem_with_certificate

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECRET = "a-webhook-secret"
TENANT = "2432b57b-0abd-43db-aa7b-16eadd115d34"
LOGIN = "https://login.microsoftonline.com"
MICROSOFT = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
SOMEBODY = RSAKey.generate_key(2048, {"kid": "k1"}, private=True)
OURS = pem_with_certificate()
RESOURCE = {
    "id": "rec-1",
    "meetingId": "meeting-1",
    "createdDateTime": "2026-11-20T11:00:00.0000000Z",
    "endDateTime": "2026-11-20T11:30:00.0000000Z",
    "contentCorrelationId": "session-1",
    "meetingOrganizer": {"user": {"id": "org-1", "tenantId": TENANT}},
}


def test_a_genuine_one_is_the_whole_event() -> None:
    [event] = _received(_body([_token()]))

    assert not event.incomplete
    assert event.recording is not None
    assert event.recording.meeting_id == "meeting-1#session-1"
    assert event.recording.facts["organizer_id"] == "org-1"
    assert event.occurred_at == datetime(2026, 11, 20, 11, 30, tzinfo=UTC)


def test_the_issuer_of_older_tokens_is_known_too() -> None:
    token = _token(iss=f"https://sts.windows.net/{TENANT}/", azp=None, appid="0bf30f3b-4a52-48df-9a82-234910c4a086")

    assert len(_received(_body([token]))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another-app"},
        {"azp": "11111111-2222-3333-4444-555555555555"},
        {"iss": "https://evil.example/v2.0"},
        {"iss": f"{LOGIN}/another-tenant/v2.0"},
        {"tid": "another-tenant"},
        {"tid": None},
        {"exp": int((NOW - timedelta(hours=1)).timestamp())},
        {"exp": None},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_a_token_of_others_or_of_another_time_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(SignatureInvalid):
        _received(_body([_token(**changes)]))


def test_a_token_signed_by_somebody_else_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        _received(_body([_token(key=SOMEBODY)]))


def test_a_token_without_signature_is_refused() -> None:
    header = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")

    with pytest.raises(SignatureInvalid):
        _received(_body([f"{header}.{_token().split('.')[1]}."]))


@pytest.mark.parametrize("tokens", [[], None, ["not a token"]], ids=["none", "missing", "garbage"])
def test_encrypted_items_need_validation_tokens(tokens: Any) -> None:
    with pytest.raises(SignatureInvalid):
        _received(_body(tokens))


def test_every_token_has_to_be_genuine() -> None:
    with pytest.raises(SignatureInvalid):
        _received(_body([_token(), _token(key=SOMEBODY)]))


def test_new_signing_keys_are_fetched_once() -> None:
    asked: list[bool] = []

    def keys(anew: bool) -> Mapping[str, Any]:
        asked.append(anew)
        return {"keys": [dict((MICROSOFT if anew else SOMEBODY).as_dict(private=False))]}

    assert len(_received(_body([_token()]), replace(_opening(), signing_keys=keys))) == 1
    assert asked == [False, True]


@pytest.mark.parametrize("opening", [None, Opening("client", {"login": LOGIN})], ids=["closed", "without_keys"])
def test_items_that_cannot_be_opened_still_name_what_they_are_about(opening: Opening | None) -> None:
    [event] = _received(_body([_token()]), opening)

    assert event.incomplete


def test_items_for_a_certificate_that_is_gone_still_name_what_they_are_about() -> None:
    [event] = _received(_body([_token()], pem_with_certificate()))

    assert event.incomplete


def _received(body: dict[str, Any], opening: Any = "default") -> Any:
    request = InboundRequest("POST", "https://hub.example/hooks/teams", {}, json.dumps(body).encode())
    events = receive("teams", request, SECRET, NOW, _opening() if opening == "default" else opening)
    assert not isinstance(events, InboundResponse)
    return events


def _opening() -> Opening:
    public = {"keys": [dict(MICROSOFT.as_dict(private=False))]}
    return Opening("client", {"login": LOGIN}, OURS, lambda _: public)


def _body(tokens: Any, pem: str = OURS) -> dict[str, Any]:
    made_for = certificate(pem)
    assert made_for is not None
    assert x509.load_der_x509_certificate(base64.b64decode(made_for.der))
    item = {
        "subscriptionId": "s",
        "tenantId": TENANT,
        "clientState": client_state(SECRET, TENANT),
        "changeType": "created",
        "resource": "communications/onlineMeetings('meeting-1')/recordings('rec-1')",
        "encryptedContent": encrypted(RESOURCE, made_for.der, made_for.id),
    }
    return {"value": [item], "validationTokens": tokens}


def _token(key: RSAKey = MICROSOFT, **changes: Any) -> str:
    claims = {
        "aud": "client",
        "iss": f"{LOGIN}/{TENANT}/v2.0",
        "tid": TENANT,
        "azp": "0bf30f3b-4a52-48df-9a82-234910c4a086",
        "exp": int((NOW + timedelta(hours=1)).timestamp()),
    } | changes
    return jwt.encode({"alg": "RS256", "kid": "k1"}, {k: v for k, v in claims.items() if v is not None}, key)
