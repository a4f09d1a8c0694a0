"""The way of an inbound request: answer a handshake, check the signature, read the events.

A connector's `webhook.py` may define any of:

- `preflight(request) -> InboundResponse | None`: an unsigned handshake. It is not given the secret, because
  whoever may ask for keyed digests of text of their choice can forge signatures.
- `verify(request, secret, now) -> InboundRequest`: the request, or what of it proves itself, by a signature that a
  manifest cannot describe; raises `SignatureInvalid` where nothing does.
- `handshake(request, secret) -> InboundResponse | None`: a handshake that arrives signed.
- `open_body(request, opening, now) -> InboundRequest`: the verified request with its encrypted parts opened; raises
  `SignatureInvalid` for parts that were not made for us.
- `command(request) -> Command | None`: a question that wants an answer at once, and with it
  `answer(reply) -> InboundResponse`.
- `events(request) -> Sequence[SourceEvent]`: the events in a verified request, for a connector that is no source, whose
  requests are not a JSON object, or which reads their headers. Events of a CRM tell what became of its records.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import Any

from connectors import registry
from connectors.base import signature
from connectors.base.errors import RequestRejected, SignatureInvalid
from connectors.base.manifest import Capability, Manifest
from connectors.base.records import Command, InboundRequest, InboundResponse, Report, SourceEvent

_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Opening:
    """What encrypted events are opened with."""

    client_id: str
    """Our app at the provider: whom the events are for."""
    hosts: Mapping[str, str]
    keys: str = field(default="", repr=False)
    """Private keys and their certificates, PEM; several during a rotation."""
    signing_keys: Callable[[bool], Mapping[str, Any]] = lambda _: {"keys": []}
    """The provider's JSON Web Key Set; with True fetched anew. Raises `ProviderUnavailable`."""


@dataclass(frozen=True)
class Reply:
    """What the hub has to say to a command: `text`, and the result that it is about if there is one."""

    text: str
    report: Report | None = None


Ask = Callable[[Command], Reply]
"""What knows the reply to a command."""


def receive(
    provider: str,
    request: InboundRequest,
    secret: str,
    now: datetime,
    opening: Opening | None = None,
    ask: Ask | None = None,
) -> InboundResponse | Sequence[SourceEvent]:
    """The answer to a handshake or command, or the events in a verified request (none when it holds nothing for us).

    Raises `SignatureInvalid`, `RequestRejected` for a signed body that is not a JSON object or that the
    connector cannot read, and `registry.UnknownProvider`. Encrypted parts stay closed without `opening`.
    """
    manifest, module = registry.manifest(provider), registry.webhook_module(provider)
    if (answer := _call(module, "preflight", request)) is not None:
        return answer
    request = _verified(manifest, module, request, secret, now)
    if (answer := _call(module, "handshake", request, secret)) is not None:
        return answer
    if opening is not None and module is not None and hasattr(module, "open_body"):
        request = module.open_body(request, opening, now)
    if ask is not None and (answer := _answered(module, request, ask)) is not None:
        return answer
    return _parse(manifest, module, request)


def json_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object in `body`. Raises `RequestRejected` when it is something else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestRejected("the body is not JSON", status=400) from error
    if not isinstance(value, dict):
        raise RequestRejected("the body is not a JSON object", status=400)
    return value


def _call(module: ModuleType | None, name: str, *arguments: object) -> InboundResponse | None:
    function = getattr(module, name, None)
    answer: InboundResponse | None = function(*arguments) if function else None
    return answer


def _answered(module: ModuleType | None, request: InboundRequest, ask: Ask) -> InboundResponse | None:
    if module is None or not hasattr(module, "command"):
        return None
    command: Command | None = module.command(request)
    if command is None:
        return None
    answer: InboundResponse = module.answer(ask(command))
    return answer


def _verified(
    manifest: Manifest, module: ModuleType | None, request: InboundRequest, secret: str, now: datetime
) -> InboundRequest:
    if manifest.webhook is None:
        raise SignatureInvalid(f"{manifest.name} sends no events here")
    if manifest.webhook.signature is not None:
        signature.verify(manifest.webhook.signature, request, secret, now)
        return request
    check = getattr(module, "verify", None)
    if check is None:
        raise SignatureInvalid(f"{manifest.name} declares no way to check signatures")
    proven: InboundRequest = check(request, secret, now)
    return proven


def _parse(manifest: Manifest, module: ModuleType | None, request: InboundRequest) -> Sequence[SourceEvent]:
    if module is not None and hasattr(module, "events"):
        told: Sequence[SourceEvent] = module.events(request)
        return told
    if not manifest.can(Capability.SOURCE):
        _require_readable(request)
        return ()
    events: Sequence[SourceEvent] = registry.connector_class(manifest.id).parse(json_object(request.body))
    return events


def _require_readable(request: InboundRequest) -> None:
    """Raise `RequestRejected` for a body that is neither JSON nor a form: it did not arrive as it was sent."""
    if request.headers.get("content-type", "").startswith(_FORM):
        return
    try:
        json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise RequestRejected("the body is not JSON", status=400) from error
