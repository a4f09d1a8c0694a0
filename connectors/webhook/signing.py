"""Signature headers of one outgoing message. Pure.

Standard Webhooks (specification 1.0, "Signature scheme"): `v1` is HMAC-SHA256 and `v1a` Ed25519, both over
`{id}.{timestamp}.{body}`; several signatures stand side by side while a secret is rotated.
"""

import base64
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from standardwebhooks.webhooks import Webhook


def sign(
    message_id: str,
    timestamp: datetime,
    body: bytes,
    secrets: Sequence[str],
    ed25519_key: bytes | Ed25519PrivateKey | None = None,
) -> dict[str, str]:
    """The headers that prove `body`: Standard Webhooks' three, and `X-EchoDepth-Signature`.

    `secrets` (`whsec_...`, newest first) all sign `v1`; the single-valued `X-EchoDepth-Signature`, whose key is the
    secret's text as it is shown, takes the newest. `ed25519_key` is a private key, or its 32 bytes. The same
    arguments give the same headers. Raises `ValueError` without a secret, with a naive timestamp, or for a body
    that is not UTF-8.
    """
    if not secrets:
        raise ValueError("a message needs at least one secret to be signed with")
    if timestamp.tzinfo is None:
        raise ValueError("the timestamp needs a time zone")
    moment = timestamp.astimezone(UTC)  # the library takes any clock reading for UTC
    signatures = [Webhook(secret).sign(message_id, moment, body.decode()) for secret in secrets]
    if ed25519_key is not None:
        signatures.append(_asymmetric(message_id, moment, body, ed25519_key))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
        "X-EchoDepth-Signature": f"sha256={hmac.digest(secrets[0].encode(), body, 'sha256').hex()}",
    }


def _asymmetric(message_id: str, moment: datetime, body: bytes, key: bytes | Ed25519PrivateKey) -> str:
    private = key if isinstance(key, Ed25519PrivateKey) else Ed25519PrivateKey.from_private_bytes(key)
    signed = f"{message_id}.{int(moment.timestamp())}.".encode() + body
    signature = private.sign(signed)
    return f"v1a,{base64.b64encode(signature).decode()}"
