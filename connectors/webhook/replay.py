"""Recorded calls of outgoing webhooks: a subscriber's answer, or a published signature example."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from connectors.base.errors import RequestRejected, SignatureInvalid
from connectors.base.recorded import Recorded
from connectors.webhook.sending import send
from connectors.webhook.signing import sign

ALIASES: Final = ("standard_webhooks",)


async def replay(recorded: Recorded, now: datetime) -> Mapping[str, Any]:  # noqa: ARG001 an example has its own moment
    """What an attempt makes of an answer, or the headers that an example is signed with.

    Raises what `send` raises, `SignatureInvalid` for an example that we would sign otherwise, and `RequestRejected`
    for a file that holds neither.
    """
    if recorded.status is not None:
        return await _answered(recorded)
    if not recorded.vector:
        raise RequestRejected("outgoing webhooks get answers, not requests")
    return _signed(recorded)


async def _answered(recorded: Recorded) -> Mapping[str, Any]:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(recorded.status or 200, headers=recorded.sendable_headers(), content=recorded.body)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        return {"received": await send(client, "https://subscriber.example/", {}, b"{}")}


def _signed(recorded: Recorded) -> Mapping[str, Any]:
    example = recorded.vector
    try:
        moment = datetime.fromtimestamp(int(example["timestamp"]), UTC)
        headers = sign(example["id"], moment, recorded.body, [example["secret"]])
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise RequestRejected("the example lacks an id, a moment or a usable secret") from error
    if example["signature"] not in headers["webhook-signature"].split():
        raise SignatureInvalid("the signature does not match the message")
    return {"signed": headers}
