"""Notifications: the address check, the client state of every item, and encrypted items."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from connectors.base.errors import SignatureInvalid
from connectors.base.inbound import Opening, json_object
from connectors.base.records import InboundRequest, InboundResponse
from connectors.teams.items import rows
from connectors.teams.keys import Keys, client_state, private_keys
from connectors.teams.mapping import OPENED
from connectors.teams.opening import decrypt, proven_tenants

_LONGEST_TOKEN = 4096


def preflight(request: InboundRequest) -> InboundResponse | None:
    """The answer to Graph's check of an address: the decoded token as plain text; None for every other request."""
    given = parse_qs(urlsplit(request.url).query, keep_blank_values=True).get("validationToken")
    if not given or len(given[0]) > _LONGEST_TOKEN:
        return None
    return InboundResponse(200, given[0].encode(), "text/plain")


def verify(request: InboundRequest, secret: str, now: datetime) -> None:  # noqa: ARG001 the state has no time
    """Raise `SignatureInvalid` unless every item carries the client state of its tenant's subscriptions."""
    if not secret:
        raise SignatureInvalid("no webhook secret is set for this provider")
    items = list(rows(json_object(request.body).get("value")))
    if not items or not all(_is_ours(row, secret) for row in items):
        raise SignatureInvalid("an item does not carry the state that we gave its subscription")


def open_body(request: InboundRequest, opening: Opening, now: datetime) -> InboundRequest:
    """The request with encrypted items opened. Raises `SignatureInvalid` for any that Graph did not make for us.

    Items for a certificate that is gone stay closed: what they are about stands outside.
    """
    body = dict(json_object(request.body))
    items = list(rows(body.get("value")))
    if not opening.keys or not any(_encrypted(row) for row in items):
        return request
    tenants = proven_tenants(_named(body, "validationtokens"), opening, now)
    ours = private_keys(opening.keys)
    body["value"] = [_opened(row, ours, tenants) for row in items]
    return replace(request, body=json.dumps(body).encode())


def _opened(row: Mapping[str, Any], ours: Keys, tenants: set[str]) -> Mapping[str, Any]:
    content = _encrypted(row)
    if content is None:
        return row
    if str(_named(row, "tenantid") or "").lower() not in tenants:
        raise SignatureInvalid("no validation token speaks for the tenant of an encrypted item")
    name = str(_named(content, "encryptioncertificateid") or "")
    key = ours.find(name, str(_named(content, "encryptioncertificatethumbprint") or ""))
    return row if key is None else {**row, OPENED: decrypt(content, key)}


def _is_ours(row: Mapping[str, Any], secret: str) -> bool:
    given = str(_named(row, "clientstate") or "")
    expected = client_state(secret, str(_named(row, "tenantid") or ""))
    return hmac.compare_digest(given.encode(), expected.encode())


def _encrypted(row: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = _named(row, "encryptedcontent")
    return content if isinstance(content, dict) else None


def _named(value: Mapping[str, Any], name: str) -> Any:
    """A property, whatever the case of its name."""
    return next((inner for key, inner in value.items() if key.lower() == name), None)
