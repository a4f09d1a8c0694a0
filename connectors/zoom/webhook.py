"""Zoom's signed requests: its check that an address knows the webhook secret, and events."""

import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from connectors.base.errors import RequestRejected
from connectors.base.inbound import json_object
from connectors.base.records import InboundRequest, InboundResponse, SourceEvent
from connectors.zoom.mapping import events_in

_LONGEST_TOKEN = 200


def handshake(request: InboundRequest, secret: str) -> InboundResponse | None:
    """The answer to `endpoint.url_validation`; None for every other event.

    Raises `RequestRejected` for a token that is none: we do not sign texts of somebody's choice.
    """
    body = json_object(request.body)
    if body.get("event") != "endpoint.url_validation":
        return None
    payload = body.get("payload")
    token = payload.get("plainToken") if isinstance(payload, dict) else None
    if not isinstance(token, str) or not token.isascii() or ":" in token or not 0 < len(token) <= _LONGEST_TOKEN:
        raise RequestRejected("the validation request carries no token", status=400)
    answer = {"plainToken": token, "encryptedToken": hmac.digest(secret.encode(), token.encode(), "sha256").hex()}
    return InboundResponse(200, json.dumps(answer).encode())


def events(request: InboundRequest) -> Sequence[SourceEvent]:
    """The event in a verified request, which at worst happened when it was signed."""
    signed_at = datetime.fromtimestamp(int(request.headers["x-zm-request-timestamp"]), UTC)
    return events_in(json_object(request.body), signed_at)
