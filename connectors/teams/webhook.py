"""Notifications: the address check, the client state of each item, and encrypted items."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import structlog

from connectors.base.errors import SignatureInvalid
from connectors.base.inbound import Opening, json_object
from connectors.base.records import InboundRequest, InboundResponse
from connectors.teams.items import named, rows
from connectors.teams.keys import Keys, client_state, private_keys
from connectors.teams.mapping import OPENED
from connectors.teams.opening import decrypt, proven_tenants

_log = structlog.get_logger(__name__)
_LONGEST_TOKEN = 4096
_TOLD = 5


def preflight(request: InboundRequest) -> InboundResponse | None:
    """The answer to Graph's check of an address: the decoded token as plain text; None for every other request."""
    given = parse_qs(urlsplit(request.url).query, keep_blank_values=True).get("validationToken")
    if not given or len(given[0]) > _LONGEST_TOKEN:
        return None
    return InboundResponse(200, given[0].encode(), "text/plain")


def verify(request: InboundRequest, secret: str, now: datetime) -> InboundRequest:  # noqa: ARG001 the state has no time
    """The request with the items that carry the client state of their tenant's subscriptions.

    One request mixes subscriptions and tenants, so that others' items must not cost us our own. Raises
    `SignatureInvalid` where none is ours.
    """
    if not secret:
        raise SignatureInvalid("no webhook secret is set for this provider")
    body = json_object(request.body)
    items = list(rows(body.get("value")))
    ours = [row for row in items if _is_ours(row, secret)]
    if not ours:
        raise SignatureInvalid("no item carries the state that we gave its subscription")
    if len(ours) == len(items):
        return request
    _tell_of_others([row for row in items if not _is_ours(row, secret)])
    return replace(request, body=json.dumps({**body, "value": ours}).encode())


def _tell_of_others(items: list[Mapping[str, Any]]) -> None:
    """What they claim to be, without the state: it may be a secret of somebody's."""
    subscriptions = [str(named(row, "subscriptionid") or "")[:64] for row in items[:_TOLD]]
    _log.warning("hook.items_left_out", provider="teams", items=len(items), subscriptions=subscriptions)


def open_body(request: InboundRequest, opening: Opening, now: datetime) -> InboundRequest:
    """The request with encrypted items opened. Raises `SignatureInvalid` for any that Graph did not make for us.

    Items for a certificate that is gone stay closed: what they are about stands outside.
    """
    body = dict(json_object(request.body))
    items = list(rows(body.get("value")))
    if not opening.keys or not any(_encrypted(row) for row in items):
        return request
    tenants = proven_tenants(named(body, "validationtokens"), opening, now)
    ours = private_keys(opening.keys)
    body["value"] = [_opened(row, ours, tenants) for row in items]
    return replace(request, body=json.dumps(body).encode())


def _opened(row: Mapping[str, Any], ours: Keys, tenants: set[str]) -> Mapping[str, Any]:
    content = _encrypted(row)
    if content is None:
        return row
    if str(named(row, "tenantid") or "").lower() not in tenants:
        raise SignatureInvalid("no validation token speaks for the tenant of an encrypted item")
    name = str(named(content, "encryptioncertificateid") or "")
    key = ours.find(name, str(named(content, "encryptioncertificatethumbprint") or ""))
    return row if key is None else {**row, OPENED: decrypt(content, key)}


def _is_ours(row: Mapping[str, Any], secret: str) -> bool:
    given = str(named(row, "clientstate") or "")
    expected = client_state(secret, str(named(row, "tenantid") or ""))
    return hmac.compare_digest(given.encode(), expected.encode())


def _encrypted(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = named(row, "encryptedcontent")
    return content if isinstance(content, dict) else None
