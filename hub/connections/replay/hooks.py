"""Requests that a provider sends us: verified, opened and read as at `/hooks/{provider}`.

Where the file has no signature, or only describes one, the request is signed as the provider would have signed it. A
connector's `replay.py` says what its manifest cannot:

- `signed(recorded, request, secret, now) -> InboundRequest`: the request with a proof where it has none;
- `request_in(recorded, request, secret) -> InboundRequest | None`: the request around what the file holds instead, such
  as the content of an encrypted event; raises `SignatureInvalid`. None for a plain request;
- `sent_by_us(recorded) -> bool`: whether the file holds a request that the hub makes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import product
from types import ModuleType
from urllib.parse import urlsplit

from connectors import registry
from connectors.base import inbound, signature
from connectors.base.errors import ConnectorError, ProviderUnavailable, RequestRejected, SignatureInvalid
from connectors.base.inbound import Opening, Reply
from connectors.base.manifest import Manifest, SignatureSection
from connectors.base.recorded import Recorded
from connectors.base.records import Command, InboundRequest, InboundResponse, SourceEvent
from hub.connections.replay.outcome import Outcome, answered, events, ignored, refused
from hub.ingest.limits import MAX_BODY_BYTES

_MILLISECONDS_FROM = 10**11
_FORM = "application/x-www-form-urlencoded"
_FIELDS = re.compile(rb"[\w.%+*\[\]-]+=[^\s\"{}]*\Z")


@dataclass(frozen=True)
class Hearing:
    """By what requests are judged: our address, the webhook secret, the moment, and our keys for encrypted events."""

    base_url: str
    secret: str
    now: datetime
    opening: Opening | None = None


def replay_request(manifest: Manifest, recorded: Recorded, hearing: Hearing) -> Outcome:
    """What the hub answers to the request and takes from it."""
    module = registry.replay_module(manifest.id)
    if module is not None and hasattr(module, "sent_by_us") and module.sent_by_us(recorded):
        return ignored("this is a request that the hub makes, not one that it gets")
    if len(recorded.body) > MAX_BODY_BYTES:
        return refused(RequestRejected(f"the body is over {MAX_BODY_BYTES} bytes", code="payload_too_large"), 413)
    hearing = _at_its_time(recorded, hearing)
    try:
        answer = _hear(manifest, module, recorded, hearing)
    except ConnectorError as error:
        return refused(error, _status(error))
    if isinstance(answer, InboundResponse):
        return answered(answer)
    return events(answer) if answer else ignored(f"{manifest.name} is told that it arrived, and nothing follows")


def is_handshake(manifest: Manifest, recorded: Recorded) -> bool:
    """Whether the file's request is one that a provider sends us unsigned; it may hold our answer as well."""
    module = registry.webhook_module(manifest.id)
    if module is None or not hasattr(module, "preflight"):
        return False
    return module.preflight(InboundRequest(recorded.method, recorded.url, {}, b"")) is not None


def _hear(
    manifest: Manifest, module: ModuleType | None, recorded: Recorded, hearing: Hearing
) -> InboundResponse | Sequence[SourceEvent]:
    """As at the hook; where the spelling of a signed body is lost, in each way that it may have been written.

    Some sign the address as well: the one in the file, or where the hub stands behind a proxy its own.
    """
    refusal: SignatureInvalid | None = None
    for url, body in product(_addresses(manifest, recorded, hearing), recorded.spellings()):
        request = _proven(manifest, module, recorded, _request(recorded, url, body), hearing)
        try:
            return inbound.receive(manifest.id, request, hearing.secret, hearing.now, hearing.opening, _asked)
        except SignatureInvalid as error:
            refusal = refusal or error
    raise refusal or SignatureInvalid("the request holds nothing")


def _asked(command: Command) -> Reply:
    """A stand-in for the hub's reply, which tells of what is stored: nothing is here."""
    return Reply(f"(what the hub knows about {' '.join(command.words) or 'help'} in {command.place or 'this place'})")


def _addresses(manifest: Manifest, recorded: Recorded, hearing: Hearing) -> Sequence[str]:
    query = urlsplit(recorded.url).query
    own = f"{hearing.base_url}/hooks/{manifest.id}" + (f"?{query}" if query else "")
    return (recorded.url, own) if "://" in recorded.url else (own,)


def _request(recorded: Recorded, url: str, body: bytes) -> InboundRequest:
    headers = {name: value for name, value in recorded.headers.items() if recorded.given(name) is not None}
    described = recorded.headers.get("content-type", _FORM if _FIELDS.match(body) else "application/json")
    headers["content-type"] = described.partition("(")[0].strip()
    return InboundRequest(recorded.method, url, headers, body)


def _proven(
    manifest: Manifest, module: ModuleType | None, recorded: Recorded, request: InboundRequest, hearing: Hearing
) -> InboundRequest:
    if module is not None and hasattr(module, "request_in"):
        request = module.request_in(recorded, request, hearing.secret) or request
    rules = manifest.webhook.signature if manifest.webhook else None
    if rules is not None:
        return _signed(rules, recorded, request, hearing)
    if module is not None and hasattr(module, "signed"):
        proven: InboundRequest = module.signed(recorded, request, hearing.secret, hearing.now)
        return proven
    return request


def _signed(rules: SignatureSection, recorded: Recorded, request: InboundRequest, hearing: Hearing) -> InboundRequest:
    headers = dict(request.headers)
    timestamp = ""
    if rules.timestamp_header is not None:
        unit = 1000 if rules.timestamp_unit == "ms" else 1
        timestamp = recorded.given(rules.timestamp_header) or str(int(hearing.now.timestamp() * unit))
        headers[rules.timestamp_header] = recorded.vector.get("timestamp", timestamp)
    given = recorded.vector.get("signature", recorded.given(rules.header))
    made = signature.sign(rules, request, hearing.secret, timestamp)
    return replace(request, headers={**headers, rules.header: made if given is None else given})


def _at_its_time(recorded: Recorded, hearing: Hearing) -> Hearing:
    """A published example is judged by its own secret, at its own moment."""
    if not recorded.vector:
        return hearing
    digits = recorded.vector.get("timestamp", "")
    moment = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else 0
    seconds = moment / 1000 if moment >= _MILLISECONDS_FROM else moment
    now = datetime.fromtimestamp(seconds, UTC) if moment else hearing.now
    return replace(hearing, secret=recorded.vector["secret"], now=now)


def _status(error: ConnectorError) -> int:
    if isinstance(error, SignatureInvalid):
        return 401
    return 503 if isinstance(error, ProviderUnavailable) else 422
