"""Checks inbound signatures that a manifest describes as data (`[webhook.signature]`)."""

import base64
import hmac
import re
from datetime import datetime

from connectors.base.errors import SignatureInvalid
from connectors.base.manifest import SignatureSection
from connectors.base.records import InboundRequest

_PLACEHOLDER = re.compile(r"\{(timestamp|method|url|body)\}")


def verify(rules: SignatureSection, request: InboundRequest, secret: str, now: datetime) -> None:
    """Raise `SignatureInvalid` unless `request` carries a fresh signature made with `secret`.

    The raw body bytes are signed, the comparison takes constant time, and an empty secret never matches.
    """
    if not secret:
        raise SignatureInvalid("no webhook secret is set for this provider")
    timestamp = _fresh_timestamp(rules, request, now)
    given = request.headers.get(rules.header, "")
    if not hmac.compare_digest(given.encode(), sign(rules, request, secret, timestamp).encode()):
        raise SignatureInvalid("the signature does not match the request")


def sign(rules: SignatureSection, request: InboundRequest, secret: str, timestamp: str) -> str:
    """The signature header's value for `request`."""
    parts = {
        "timestamp": timestamp.encode(),
        "method": request.method.encode(),
        "url": request.url.encode(),
        "body": request.body,
    }
    # split gives literal, name, literal, name, ...: values are never searched for placeholders themselves
    pieces = _PLACEHOLDER.split(rules.template)
    message = b"".join(parts[piece] if index % 2 else piece.encode() for index, piece in enumerate(pieces))
    digest = hmac.digest(secret.encode(), message, rules.algorithm)
    return rules.prefix + (digest.hex() if rules.encoding == "hex" else base64.b64encode(digest).decode())


def _fresh_timestamp(rules: SignatureSection, request: InboundRequest, now: datetime) -> str:
    if rules.timestamp_header is None:
        return ""
    text = request.headers.get(rules.timestamp_header, "")
    if not re.fullmatch(r"\d{1,15}", text, re.ASCII):
        raise SignatureInvalid("the request carries no timestamp")
    moment = int(text) / (1000 if rules.timestamp_unit == "ms" else 1)
    if abs(now.timestamp() - moment) > rules.tolerance_s:
        raise SignatureInvalid("the request is too old or its clock is wrong")
    return text
