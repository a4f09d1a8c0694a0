"""Whether a delivery is genuine: `webhook-*` headers and `X-EchoDepth-Signature`."""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import sha256

from standardwebhooks import Webhook, WebhookVerificationError

OWN_HEADER = "x-echodepth-signature"


def standard_result(secrets: Sequence[str], headers: Mapping[str, str], raw: bytes) -> str:
    """Empty when one of the secrets verifies the `webhook-*` headers, else why none does."""
    reasons = [_one_result(secret, headers, raw) for secret in secrets]
    if not reasons:
        return "no secret is known"
    return "" if "" in reasons else reasons[0]


def own_result(secrets: Sequence[str], headers: Mapping[str, str], raw: bytes) -> str:
    """Empty when `sha256=<hex>` is the HMAC of the raw body with one of the secrets as they were shown."""
    given = headers.get(OWN_HEADER, "")
    if not given:
        return "the header is missing"
    for secret in secrets:
        expected = hmac.new(secret.encode(), raw, sha256).hexdigest()
        if hmac.compare_digest(f"sha256={expected}", given):
            return ""
    return "the signature does not match" if secrets else "no secret is known"


def _one_result(secret: str, headers: Mapping[str, str], raw: bytes) -> str:
    try:
        Webhook(secret).verify(raw, dict(headers))
    except WebhookVerificationError as error:
        return str(error)
    except ValueError as error:
        return f"unusable secret or body: {error}"
    return ""
