"""Slack proves that it reaches us by a signed challenge."""

import json

from connectors.base.inbound import json_object
from connectors.base.records import InboundRequest, InboundResponse

_FORM = "application/x-www-form-urlencoded"


def handshake(request: InboundRequest, secret: str) -> InboundResponse | None:  # noqa: ARG001 the manifest's check used it
    """The answer to `url_verification`; None for every other event, and for commands and buttons, which are forms."""
    if request.headers.get("content-type", "").startswith(_FORM):
        return None
    body = json_object(request.body)
    if body.get("type") != "url_verification":
        return None
    return InboundResponse(200, json.dumps({"challenge": body.get("challenge")}).encode())
