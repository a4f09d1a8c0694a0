"""Checks that a webhook came from your hub, unchanged and just now.

The hub signs by the Standard Webhooks specification (1.0): `webhook-signature` holds `v1` HMAC-SHA256 and `v1a` Ed25519
signatures over `{webhook-id}.{webhook-timestamp}.{body}`, several of them while a secret is rotated. It also sends
`X-EchoDepth-Signature: sha256=<hex HMAC of the body>`, keyed by the secret's text; that one holds no time, so alone it
proves nothing against a replay.
"""

import base64
import binascii
import hmac
import time
from collections.abc import Iterable, Mapping, Sequence

from pydantic import ValidationError

from echodepth.errors import NotConfigured, SignatureInvalid
from echodepth.models.base import Model

TOLERANCE_S = 300.0
_SECRET, _PUBLIC = "whsec_", "whpk_"


class WebhookEvent(Model):
    """What happened: `event` is its name, such as `session.alert`; the rest depends on it, and is all there."""

    event: str
    timestamp_ms: int
    """When it happened."""


def verify(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str | Sequence[str] = (),
    *,
    public_keys: Sequence[str] = (),
    tolerance_s: float = TOLERANCE_S,
    require_timestamp: bool = True,
    now: float | None = None,
) -> WebhookEvent:
    """The event of a genuine webhook. Raises `SignatureInvalid`.

    `body` is the raw body as it came. `secret` is the endpoint's (`whsec_...`), or several while it is rotated: one
    match is enough. `public_keys` (`whpk_...`) check the Ed25519 signatures instead, which needs `echodepth[ed25519]`.
    `tolerance_s` is how old or how far ahead the message may be. `require_timestamp=False` also takes messages with
    `X-EchoDepth-Signature` alone, which may be replayed.
    """
    raw = body.encode() if isinstance(body, str) else bytes(body)
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not secrets and not public_keys:
        raise NotConfigured("Give the endpoint's secret, or the hub's public keys.")
    found = {name.lower(): value for name, value in headers.items()}
    if "webhook-signature" in found:
        _check_standard(raw, found, secrets, public_keys, tolerance_s, time.time() if now is None else now)
    elif require_timestamp:
        raise SignatureInvalid("The message has no webhook-signature header.")
    else:
        _check_plain(raw, found, secrets)
    return _event(raw)


def _check_standard(
    body: bytes,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    public_keys: Sequence[str],
    tolerance_s: float,
    now: float,
) -> None:
    identifier, moment = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    _check_time(moment, tolerance_s, now)
    signed = f"{identifier}.{moment}.".encode() + body
    signatures = [part.partition(",") for part in headers["webhook-signature"].split()]
    shared = [_decoded(text) for version, _, text in signatures if version == "v1"]
    public = [_decoded(text) for version, _, text in signatures if version == "v1a"]
    if not (_matches_secret(signed, shared, secrets) or _matches_key(signed, public, public_keys)):
        raise SignatureInvalid("No signature of the message is by a secret or key that was given.")


def _check_time(moment: str, tolerance_s: float, now: float) -> None:
    if not (moment.isascii() and moment.isdigit()):
        raise SignatureInvalid("The message has no webhook-timestamp header.")
    if abs(now - int(moment)) > tolerance_s:
        raise SignatureInvalid("The message is too old, or from the future: it may be a replay.")


def _matches_secret(signed: bytes, signatures: Sequence[bytes], secrets: Iterable[str]) -> bool:
    expected = [hmac.digest(_key(secret), signed, "sha256") for secret in secrets]
    return any(hmac.compare_digest(ours, theirs) for ours in expected for theirs in signatures)


def _matches_key(signed: bytes, signatures: Sequence[bytes], public_keys: Sequence[str]) -> bool:
    if not public_keys:
        return False
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        raise NotConfigured("Public keys need `pip install echodepth[ed25519]`.") from error
    for text in public_keys:
        try:
            key = Ed25519PublicKey.from_public_bytes(_decoded(text.removeprefix(_PUBLIC)))
        except ValueError as error:
            raise NotConfigured("A public key is not one of the hub's: whpk_ and base64.") from error
        for signature in signatures:
            try:
                key.verify(signature, signed)
            except InvalidSignature:
                continue
            return True
    return False


def _check_plain(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> None:
    given = headers.get("x-echodepth-signature", "")
    expected = [f"sha256={hmac.digest(secret.encode(), body, 'sha256').hex()}" for secret in secrets]
    if not any(hmac.compare_digest(ours.encode(), given.encode()) for ours in expected):
        raise SignatureInvalid("The message's signature is not by a secret that was given.")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(_SECRET), validate=True)
    except binascii.Error as error:
        raise NotConfigured("The secret is not one of the hub's: whsec_ and base64.") from error


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""  # matches nothing


def _event(body: bytes) -> WebhookEvent:
    try:
        return WebhookEvent.model_validate_json(body)
    except ValidationError as error:
        raise SignatureInvalid("The message is genuine, but no event of the hub.") from error
