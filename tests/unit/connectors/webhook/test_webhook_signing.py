"""Signatures that subscribers check with published libraries."""

import base64
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from connectors.webhook import sign
from tests.support.payloads import payload

BODY = '{"event": "analysis.completed", "name": "Zoë"}'.encode()
NEW = "whsec_" + base64.b64encode(b"n" * 24).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()


def test_the_published_vector_is_reproduced() -> None:
    vector = payload("standard_webhooks/vector")["body"]
    at = datetime.fromtimestamp(vector["timestamp"], UTC)

    headers = sign(vector["msg_id"], at, vector["payload"].encode(), [vector["secret"]])

    assert headers["webhook-signature"] == vector["signature"]
    assert headers["webhook-id"] == vector["msg_id"]


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_both_secrets_verify_during_a_rotation(secret: str) -> None:
    headers = sign("msg_1", datetime.now(UTC), BODY, [NEW, OLD])

    assert Webhook(secret).verify(BODY, headers)["name"] == "Zoë"


def test_a_changed_body_does_not_verify() -> None:
    headers = sign("msg_1", datetime.now(UTC), BODY, [NEW])

    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(BODY + b" ", headers)


def test_a_timestamp_in_another_zone_is_the_same_moment() -> None:
    at = datetime(2026, 3, 1, 12, 0, 0, 900_000, tzinfo=UTC)
    elsewhere = at.astimezone(timezone(timedelta(hours=5)))

    assert sign("msg_1", at, BODY, [NEW]) == sign("msg_1", elsewhere, BODY, [NEW])


def test_the_asymmetric_signature_verifies_with_the_public_key_alone() -> None:
    key = Ed25519PrivateKey.generate()
    headers = sign("msg_1", datetime.now(UTC), BODY, [NEW], key.private_bytes_raw())

    version, signature = headers["webhook-signature"].split(" ")[-1].split(",")

    signed = f"msg_1.{headers['webhook-timestamp']}.".encode() + BODY
    assert version == "v1a"
    key.public_key().verify(base64.b64decode(signature), signed)


def test_the_libraries_pass_over_the_asymmetric_signature() -> None:
    headers = sign("msg_1", datetime.now(UTC), BODY, [OLD], Ed25519PrivateKey.generate())

    assert Webhook(OLD).verify(BODY, headers)


def test_the_plain_header_is_an_hmac_of_the_raw_body_with_the_newest_secret() -> None:
    headers = sign("msg_1", datetime.now(UTC), BODY, [NEW, OLD])

    expected = hmac.new(NEW.encode(), BODY, "sha256").hexdigest()
    assert headers["X-EchoDepth-Signature"] == f"sha256={expected}"


@pytest.mark.parametrize(("at", "secrets"), [(datetime.now(UTC), []), (datetime(2026, 1, 1), [NEW])])  # noqa: DTZ001
def test_unsigned_or_ambiguous_messages_are_refused(at: datetime, secrets: list[str]) -> None:
    with pytest.raises(ValueError, match=r"secret|zone"):
        sign("msg_1", at, BODY, secrets)
