"""Slack proves that it reaches us by a signed challenge."""

import json

from connectors.base.inbound import json_object
from connectors.base.records import InboundRequest, InboundResponse


def handshake(request: InboundRequest, secret: str) -> InboundResponse | None:  # noqa: ARG001 the manifest's check used it
    """The answer to `url_verification`; None for every other event."""
    body = json_object(request.body)
    if body.get("type") != "url_verification":
        return None
    return InboundResponse(200, json.dumps({"challenge": body.get("challenge")}).encode())
