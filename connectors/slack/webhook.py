"""Slack's signed requests: the challenge, events about our access, commands, and clicks that only want a nod."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from connectors.base.errors import RequestRejected
from connectors.base.inbound import Reply, json_object
from connectors.base.records import Command, EventKind, InboundRequest, InboundResponse, SourceEvent
from connectors.slack.message import blocks_of, text_of

_FORM = "application/x-www-form-urlencoded"
_KINDS = {"app_uninstalled": EventKind.ACCOUNT_DEAUTHORIZED, "tokens_revoked": EventKind.ACCESS_REVOKED}


def handshake(request: InboundRequest, secret: str) -> InboundResponse | None:  # noqa: ARG001 the manifest's check used it
    """The answer to `url_verification`; None for every other event, and for commands and buttons, which are forms.

    Raises `RequestRejected` where there is nothing to answer with.
    """
    if _is_form(request):
        return None
    body = json_object(request.body)
    if body.get("type") != "url_verification":
        return None
    challenge = body.get("challenge")
    if not isinstance(challenge, str) or not challenge:
        raise RequestRejected("the verification request carries no challenge", status=400)
    return InboundResponse(200, json.dumps({"challenge": challenge}).encode())


def command(request: InboundRequest) -> Command | None:
    """What somebody typed after `/echodepth`; None for everything else."""
    if not _is_form(request):
        return None
    fields = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    if "command" not in fields:
        return None
    if not fields.get("team_id"):
        raise RequestRejected("the command names no workspace", status=400)
    return Command(fields["team_id"], fields.get("channel_id", ""), tuple(fields.get("text", "").lower().split()))


def answer(reply: Reply) -> InboundResponse:
    """A message that only whoever asked will see."""
    told: dict[str, Any] = {"response_type": "ephemeral", "text": reply.text}
    if reply.report is not None:
        told |= {"text": text_of(reply.report), "blocks": blocks_of(reply.report, {})}
    return InboundResponse(200, json.dumps(told).encode())


def events(request: InboundRequest) -> Sequence[SourceEvent]:
    """The loss of our access; nothing in any other event, and nothing in a click on one of our links."""
    if _is_form(request):
        return ()
    body = json_object(request.body)
    event = body.get("event")
    if body.get("type") != "event_callback" or not isinstance(event, dict) or not _concerns_us(event):
        return ()
    team_id, event_id, at = body.get("team_id"), body.get("event_id"), body.get("event_time")
    if not isinstance(team_id, str) or not isinstance(event_id, str) or not isinstance(at, int) or not 0 < at < 10**11:
        raise RequestRejected("the event names no workspace, id or time", status=400)
    kind = _KINDS[event["type"]]
    return (SourceEvent(kind, team_id, f"{kind}:{event_id}", datetime.fromtimestamp(at, UTC)),)


def _concerns_us(event: dict[str, Any]) -> bool:
    """Whether it is about our own token: people's tokens are none that we use."""
    if event.get("type") != "tokens_revoked":
        return event.get("type") in _KINDS
    tokens = event.get("tokens")
    return isinstance(tokens, dict) and bool(tokens.get("bot"))


def _is_form(request: InboundRequest) -> bool:
    return request.headers.get("content-type", "").startswith(_FORM)
