"""What the hub takes from recorded answers of Graph's, and the requests that recorded notifications stand for."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from connectors.base.errors import RequestRejected, SignatureInvalid
from connectors.base.recorded import Recorded, shape
from connectors.base.records import InboundRequest
from connectors.teams.items import RECORDINGS, TRANSCRIPTS, Item, item, moment, named, rows
from connectors.teams.keys import client_state, private_keys
from connectors.teams.mapping import OPENED
from connectors.teams.opening import decrypt

# what Microsoft's documentation prints where a real notification carries the state of its subscription
_DESCRIBED: Final = re.compile(r"<.*>|\{.*\}|secretClient(?:State|Value)")
_CONTENT_URLS: Final = {"recordingcontenturl": RECORDINGS, "transcriptcontenturl": TRANSCRIPTS}


def read(recorded: Recorded) -> Mapping[str, Any] | None:
    """Recordings and transcripts, a subscription, an organisation or a person; None for no JSON object."""
    body = recorded.value
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("value"), list):
        return {"items": [_read_row(row) for row in rows(body["value"])], "more_pages": "@odata.nextLink" in body}
    if "notificationUrl" in body:
        ends = moment(body.get("expirationDateTime"))
        return {"subscription": {"id": body.get("id"), "resource": body.get("resource"), "ends": ends}}
    return _read_row(body)


def sent_by_us(recorded: Recorded) -> bool:
    """Whether this is how the hub asks for a subscription."""
    return isinstance(recorded.value, dict) and {"notificationUrl", "changeType"} <= recorded.value.keys()


def request_in(recorded: Recorded, request: InboundRequest, secret: str) -> InboundRequest | None:  # noqa: ARG001 signed later
    """The notification whose content the file holds: decrypted, or encrypted beside the key to it."""
    body = recorded.value if isinstance(recorded.value, dict) else {}
    content, pem = named(body, "encryptedcontent"), named(body, "private_key_pem")
    if isinstance(content, dict) and isinstance(pem, str):
        return _around(request, _decrypted(body, content, pem))
    names = {name.lower() for name in body}
    if "value" not in names and {"id", "meetingid"} <= names:
        return _around(request, body)
    return None


def signed(recorded: Recorded, request: InboundRequest, secret: str, now: datetime) -> InboundRequest:  # noqa: ARG001
    """The notification with the client state that its subscription would have, where it only describes one."""
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return request
    if not isinstance(body, dict) or not isinstance(body.get("value"), list):
        return request
    stated = [_stated(row, secret) if isinstance(row, dict) else row for row in body["value"]]
    return replace(request, body=json.dumps({**body, "value": stated}).encode())


def _stated(row: Mapping[str, Any], secret: str) -> Mapping[str, Any]:
    state = client_state(secret, str(named(row, "tenantid") or ""))
    return {name: state if _only_describes(name, value) else value for name, value in row.items()}


def _only_describes(name: str, value: object) -> bool:
    return name.lower() == "clientstate" and bool(_DESCRIBED.fullmatch(str(value)))


def _around(request: InboundRequest, resource: Mapping[str, Any]) -> InboundRequest:
    """The notification that such content comes in."""
    found = item(resource, _collection(resource))
    address = f"communications/onlineMeetings('{found.meeting_id}')/{found.collection}('{found.id}')"
    row = {"tenantId": found.tenant_id, "clientState": "<ours>", "resource": address, OPENED: dict(resource)}
    return replace(request, body=json.dumps({"value": [row]}).encode())


def _decrypted(body: Mapping[str, Any], content: Mapping[str, Any], pem: str) -> Mapping[str, Any]:
    encoded = str(named(body, "certificate_der_base64") or "")
    keys = private_keys(f"{pem}\n{_certificate(encoded)}" if encoded else pem)
    name = str(named(content, "encryptioncertificateid") or "")
    key = keys.find(name, str(named(content, "encryptioncertificatethumbprint") or "")) if encoded else keys.only
    if key is None:
        raise SignatureInvalid("the content is not encrypted for the key beside it")
    return decrypt(content, key)


def _certificate(encoded: str) -> str:
    try:
        der = base64.b64decode(encoded, validate=True)
        return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
    except (binascii.Error, ValueError) as error:
        raise RequestRejected("the certificate beside the content is not valid", code="webhook_keys") from error


def _read_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    names = {name.lower() for name in row}
    if "meetingid" in names and names & _CONTENT_URLS.keys():
        return _told(item(row, _collection(row)))
    return {"id": row["id"], "name": row.get("displayName")} if "displayName" in row and "id" in row else shape(row)


def _told(found: Item) -> Mapping[str, Any]:
    """An item, with the address that its bytes are really fetched from."""
    known = {"item": found}
    return {**known, "content_path": found.content_path} if found.organizer_id else known


def _collection(resource: Mapping[str, Any]) -> str:
    names = {name.lower() for name in resource}
    return next((kind for name, kind in _CONTENT_URLS.items() if name in names), RECORDINGS)
