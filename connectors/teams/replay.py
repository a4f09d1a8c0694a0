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
from connectors.teams.items import RECORDINGS, TRANSCRIPTS, Item, item, moment, rows
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
    content = body.get("encryptedContent")
    if isinstance(content, dict) and isinstance(body.get("private_key_pem"), str):
        return _around(request, _decrypted(body, content))
    if "value" not in body and {"id", "meetingId"} <= body.keys():
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
    if not _DESCRIBED.fullmatch(str(row.get("clientState"))):
        return row
    return {**row, "clientState": client_state(secret, str(row.get("tenantId") or ""))}


def _around(request: InboundRequest, resource: Mapping[str, Any]) -> InboundRequest:
    """The notification that such content comes in."""
    found = item(resource, _collection(resource))
    address = f"communications/onlineMeetings('{found.meeting_id}')/{found.collection}('{found.id}')"
    row = {"tenantId": found.tenant_id, "clientState": "<ours>", "resource": address, OPENED: dict(resource)}
    return replace(request, body=json.dumps({"value": [row]}).encode())


def _decrypted(body: Mapping[str, Any], content: Mapping[str, Any]) -> Mapping[str, Any]:
    pem = f"{body['private_key_pem']}\n{_certificate(body)}"
    thumbprint = str(content.get("encryptionCertificateThumbprint") or "")
    key = private_keys(pem).find(str(content.get("encryptionCertificateId") or ""), thumbprint)
    if key is None:
        raise SignatureInvalid("the content is not encrypted for the key beside it")
    return decrypt(content, key)


def _certificate(body: Mapping[str, Any]) -> str:
    try:
        der = base64.b64decode(str(body.get("certificate_der_base64") or ""), validate=True)
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
