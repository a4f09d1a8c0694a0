"""HubSpot's signature, version 3: it signs the decoded address, which a manifest cannot describe."""

import base64
import hmac
import re
from datetime import datetime
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from connectors.base.errors import SignatureInvalid
from connectors.base.records import InboundRequest

_SIGNATURE, _TIMESTAMP = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
_TOLERANCE_S = 300
# HubSpot decodes these and leaves other escapes alone
_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
_MILLISECONDS: Final = re.compile(r"\d{1,15}", re.ASCII)


def verify(request: InboundRequest, secret: str, now: datetime) -> None:
    """Raise `SignatureInvalid` unless the request carries a fresh signature made with the app's client secret.

    HMAC-SHA256 over method, decoded address, raw body and timestamp, in base64; five minutes either way.
    """
    if not secret:
        raise SignatureInvalid("no webhook secret is set for this provider")
    timestamp = request.headers.get(_TIMESTAMP, "")
    _require_fresh(timestamp, now)
    given = request.headers.get(_SIGNATURE, "").encode()
    addresses = (decoded(request.url), unquote(request.url))
    expected = [sign(request.method, address, request.body, timestamp, secret).encode() for address in addresses]
    if not any(hmac.compare_digest(given, signature) for signature in expected):
        raise SignatureInvalid("the signature does not match the request")


def sign(method: str, address: str, body: bytes, timestamp: str, secret: str) -> str:
    """The signature header's value."""
    message = b"".join([method.upper().encode(), address.encode(), body, timestamp.encode()])
    return base64.b64encode(hmac.digest(secret.encode(), message, "sha256")).decode()


def decoded(url: str) -> str:
    """The address as HubSpot signs it: without fragment, some escapes decoded."""
    bare = urlunsplit(urlsplit(url)._replace(fragment=""))
    return _DECODED.sub(lambda escape: unquote(escape[0]), bare)


def _require_fresh(timestamp: str, now: datetime) -> None:
    if not _MILLISECONDS.fullmatch(timestamp):
        raise SignatureInvalid("the request carries no timestamp")
    if abs(now.timestamp() - int(timestamp) / 1000) > _TOLERANCE_S:
        raise SignatureInvalid("the request is too old or its clock is wrong")
