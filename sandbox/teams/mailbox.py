"""`sendMail`, as JSON with one body or as MIME with several parts, and what arrived."""

import base64
import binascii
import uuid
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as mail_policy
from email.utils import getaddresses
from typing import Any

from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.teams.errors import GraphError
from sandbox.teams.tenant import User

MOST_HEADERS = 5


class Mailbox:
    """All mails that were sent."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._mails = world.collection("teams", "mail")

    def send(self, sender: User, message: Doc) -> None:
        """Keep one that `from_json` or `from_mime` gave. Raises `GraphError`."""
        if not message["to"]:
            raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        mail = message | {"id": str(uuid.uuid4()), "from": sender.email, "at": self._world.clock().isoformat()}
        self._mails.put(mail["id"], mail)

    def all(self) -> list[Doc]:
        """Oldest first."""
        return self._mails.all()

    def get(self, mail_id: str) -> Doc | None:
        """One mail."""
        return self._mails.get(mail_id)


def from_json(body: dict[str, Any]) -> Doc:
    """A mail from `{"message": ...}`. Raises `GraphError`."""
    message = body.get("message")
    if not isinstance(message, dict):
        raise GraphError(400, "ErrorInvalidRequest", "The message is missing.")
    content = message.get("body") or {}
    kind = "html" if str(content.get("contentType")).lower() == "html" else "text"
    rows = [row.get("emailAddress") or {} for row in message.get("toRecipients") or []]
    return {
        "to": [str(row["address"]) for row in rows if "@" in str(row.get("address") or "")],
        "subject": str(message.get("subject") or ""),
        "html": "",
        "text": "",
        "headers": _headers(message),
    } | {kind: str(content.get("content") or "")}


def from_mime(raw: bytes) -> Doc:
    """A mail from base64 MIME, which is sent with the content type `text/plain`. Raises `GraphError`."""
    try:
        decoded = base64.b64decode(raw, validate=True)
    except binascii.Error as error:
        raise GraphError(400, "ErrorMimeContentInvalidBase64String", "The MIME content is not base64.") from error
    message = message_from_bytes(decoded, policy=mail_policy)
    addresses = [address for _, address in getaddresses([str(value) for value in message.get_all("to", [])])]
    return {
        "to": [address for address in addresses if "@" in address],
        "subject": str(message["subject"] or ""),
        "html": _part(message, "html"),
        "text": _part(message, "plain"),
        "headers": {name: str(value) for name, value in message.items() if name.lower().startswith("x-")},
    }


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _headers(message: dict[str, Any]) -> dict[str, str]:
    """Own header names have to begin with `x-`, and there are at most five of them."""
    headers = {str(row.get("name")): str(row.get("value")) for row in message.get("internetMessageHeaders") or []}
    if any(not name.lower().startswith("x-") for name in headers) or len(headers) > MOST_HEADERS:
        raise GraphError(400, "InvalidInternetMessageHeader", "The internet message header name is not valid.")
    return headers
