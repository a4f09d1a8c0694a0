"""HubSpot's events and their signature, version 3: it signs the decoded address, which a manifest cannot describe.

One request holds up to a hundred events in any order, of several accounts. Their ids are not unique.
"""

import base64
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlsplit, urlunsplit

from connectors.base.errors import RequestRejected, SignatureInvalid
from connectors.base.records import EventKind, InboundRequest, RecordChange, SourceEvent
from connectors.hubspot.mapping import TYPE_IDS

_SIGNATURE, _TIMESTAMP = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
_TOLERANCE_S = 300
# HubSpot decodes these and leaves other escapes alone
_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
_MILLISECONDS: Final = re.compile(r"\d{1,15}", re.ASCII)
_KINDS: Final = {
    "merge": EventKind.RECORD_MERGED,
    "deletion": EventKind.RECORD_DELETED,
    "privacyDeletion": EventKind.PERSON_FORGOTTEN,
}
_TYPES: Final = {"contact": "Contact", "deal": "Deal", "company": "Company"}
_TYPE_OF_ID: Final = {type_id: name for name, type_id in TYPE_IDS.items()}
_LATEST_MS: Final = 10**14


def events(request: InboundRequest) -> Sequence[SourceEvent]:
    """What became of records that results may have been written to; everything else is left out.

    Raises `RequestRejected` for a body that is no JSON list.
    """
    try:
        rows = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise RequestRejected("the body is not JSON", status=400) from error
    if not isinstance(rows, list):
        raise RequestRejected("the body is not a list of events", status=400)
    found = [event for row in rows if isinstance(row, dict) and (event := _event(row)) is not None]
    return tuple({(event.account_id, event.key): event for event in found}.values())


def _event(row: Mapping[str, Any]) -> SourceEvent | None:
    name, _, what = str(row.get("subscriptionType") or "").partition(".")
    record_type = _TYPE_OF_ID.get(str(row.get("objectTypeId"))) if name == "object" else _TYPES.get(name)
    kind, account, at = _KINDS.get(what), _id(row.get("portalId")), row.get("occurredAt")
    if kind is None or record_type is None or not account:
        return None
    if not isinstance(at, int) or not 0 < at < _LATEST_MS:
        return None
    change = _change(kind, record_type, row)
    if change is None:
        return None
    key = f"{kind}:{record_type}:{','.join(change.ids)}>{change.into}:{at}"
    return SourceEvent(kind, account, key, datetime.fromtimestamp(at / 1000, UTC), records=change)


def _change(kind: EventKind, record_type: str, row: Mapping[str, Any]) -> RecordChange | None:
    """Merged records stand under a new id, or in older accounts under the first one's."""
    if kind is not EventKind.RECORD_MERGED:
        gone = _id(row.get("objectId"))
        return RecordChange(record_type, (gone,)) if gone else None
    given = row.get("mergedObjectIds")
    merged = [found for each in given if (found := _id(each))] if isinstance(given, list) else []
    primary = _id(row.get("primaryObjectId"))
    into = _id(row.get("newObjectId")) or primary
    gone_ids = tuple(sorted({each for each in (*merged, primary) if each and each != into}))
    return RecordChange(record_type, gone_ids, into) if gone_ids and into else None


def _id(value: object) -> str:
    return str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""


def verify(request: InboundRequest, secret: str, now: datetime) -> InboundRequest:
    """The request. Raises `SignatureInvalid` unless it carries a fresh signature made with the app's client secret.

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
    return request


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
