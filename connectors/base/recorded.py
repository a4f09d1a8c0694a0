"""One call in a file, as support keeps it: a provider's answer, or a request that it sent us.

The file is a JSON object. `status` makes it an answer; without one it is a request to us. `headers` and `body` belong
to that message, `request` (`method`, `url`, `body`) is what an answer answers. A `body` that is text is taken as it
is; any other value stands for its JSON, byte for byte as the file spells it. Members that begin with `_` are notes.

A file that was written by hand says `<unix seconds>` where a real call has a value: such headers count as absent.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from connectors.base.members import TOO_DEEP, Members, members_of

_PLACEHOLDER = re.compile(r"[<>(){}…]|\.\.\.")
_FORM: Final = "application/x-www-form-urlencoded"
_FORM_FIELD = re.compile(r"\((\w+)=<json>\)")
_OF_THE_WAY: Final = {"content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive"}
_LINE = re.compile(r"[ -~]*\Z")
_STATUSES: Final = range(200, 600)
_EXAMPLE: Final = {
    "secret": ("signing_secret", "client_secret", "webhook_secret", "secret"),
    "timestamp": ("timestamp",),
    "signature": ("signature",),
    "id": ("msg_id", "id"),
    "body": ("body", "payload", "raw_body"),
    "url": ("url", "uri"),
    "method": ("method",),
}
"""The parts of a published signature example, by the names that they go by."""


class RecordedError(ValueError):
    """The file is not one that can be replayed; says why."""


@dataclass(frozen=True)
class Recorded:
    """What the file says. `status` is None for a request to us. Header names are in lower case."""

    status: int | None
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    value: Any = field(repr=False)
    """The body as parsed; None when it is empty, no JSON, or nested too deeply."""
    method: str = "POST"
    url: str = ""
    """Address of the request: path and query, or the whole; empty when the file does not say."""
    vector: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The parts of a signature example: `secret`, `timestamp`, `signature`, `id`."""
    value_given: bool = False
    """Whether the body stood in the file as a value, so that its own spelling is lost."""

    @property
    def path(self) -> str:
        """The path of the request's address."""
        return urlsplit(self.url).path

    def given(self, header: str) -> str | None:
        """A header's value; None when it is absent or only described."""
        value = self.headers.get(header)
        return None if value is None or _PLACEHOLDER.search(value) else value

    def sendable_headers(self) -> dict[str, str]:
        """The headers that say something about the answer itself, not about how it travelled."""
        fit = {name: value for name, value in self.headers.items() if name not in _OF_THE_WAY and _LINE.match(value)}
        return {"content-type": self._type(), **fit}

    def _type(self) -> str:
        return "application/json" if self.value is not None else "text/plain; charset=utf-8"

    def spellings(self) -> tuple[bytes, ...]:
        """The bytes that were signed: the body, and where the file holds a value, the usual ways to write it."""
        if not self.value_given or self.value is None:
            return (self.body,)
        ways: tuple[dict[str, Any], ...] = (
            {},
            {"separators": (",", ":")},
            {"separators": (",", ":"), "ensure_ascii": False},
        )
        return tuple(dict.fromkeys((self.body, *(json.dumps(self.value, **way).encode() for way in ways))))


def read_recorded(data: bytes) -> Recorded:
    """The call in a file. Raises `RecordedError`."""
    try:
        members = members_of(data)
        request = members_of(members["request"][0]) if "request" in members else {}
    except ValueError as error:
        raise RecordedError(str(error)) from error
    if not {"body", "status", "request"} & members.keys():
        raise RecordedError("the file holds neither a `body` nor a `status`, so it is no recorded call")
    status = _status(members)
    found = _message(members if status is not None else {**request, **members}, status)
    method = _text(members, "method") or _text(request, "method") or "POST"
    whole = replace(found, method=method.upper(), url=_address(members) or _address(request))
    return whole if status is not None else _as_request(whole)


def _message(members: Members, status: int | None) -> Recorded:
    """Headers and body, without the address."""
    headers, (raw, value) = _headers(members), members.get("body", (b"null", None))
    if isinstance(value, str):
        body = value.encode("utf-8", "surrogatepass")
        return Recorded(status, headers, body, _parsed(body))
    body = b"" if raw == b"null" else _form(headers, raw, value)
    return Recorded(status, headers, body, None if value is TOO_DEEP else value, value_given=body == raw)


def _as_request(found: Recorded) -> Recorded:
    """As it is; a signature example as the request that it is about."""
    facts = found.value if isinstance(found.value, dict) else {}
    parts = {name: next((facts[key] for key in keys if key in facts), None) for name, keys in _EXAMPLE.items()}
    if not all(isinstance(parts[name], str) for name in ("secret", "signature", "body")):
        return found
    known = {name: str(value) for name, value in parts.items() if value is not None}
    body = known.pop("body").encode("utf-8", "surrogatepass")
    method, url = known.get("method", found.method), known.get("url", found.url)
    return replace(
        found, body=body, value=_parsed(body), vector=known, value_given=False, method=method.upper(), url=url
    )


def _status(members: Members) -> int | None:
    if "status" not in members:
        return None
    status = members["status"][1]
    if isinstance(status, bool) or not isinstance(status, int) or status not in _STATUSES:
        raise RecordedError(f"`status` is not an HTTP status: {members['status'][0][:20].decode()}")
    return status


def _headers(members: Members) -> dict[str, str]:
    value = members["headers"][1] if "headers" in members else {}
    if not isinstance(value, dict):
        raise RecordedError("`headers` is not an object")
    return {str(name).lower(): str(given) for name, given in value.items() if given is not None}


def _text(members: Members, name: str) -> str:
    value = members.get(name, (b"", ""))[1]
    return value if isinstance(value, str) else ""


def _address(members: Members) -> str:
    """The address with its query, which a file may keep apart."""
    url = _text(members, "url") or _text(members, "path")
    query = members.get("query", (b"", None))[1]
    if isinstance(query, dict) and query and "?" not in url:
        flat = {name: value for name, value in query.items() if isinstance(value, str | int)}
        return f"{url}?{urlencode(flat)}" if flat else url
    return f"{url}?{query}" if isinstance(query, str) and query and "?" not in url else url


def _form(headers: Mapping[str, str], raw: bytes, value: Any) -> bytes:
    """The bytes of a body that is a value: JSON, or a form where the headers say so."""
    content_type = headers.get("content-type", "")
    if not content_type.startswith(_FORM) or not isinstance(value, dict):
        return raw
    named = _FORM_FIELD.search(content_type)
    flat = all(isinstance(item, str | int | float) for item in value.values())
    return urlencode(value if flat and not named else {named[1] if named else "payload": raw.decode()}).encode()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def shape(value: Any) -> dict[str, Any]:
    """What there is to say about an answer that the hub takes nothing from: its members, or how many rows it has."""
    if isinstance(value, Mapping):
        return {"members": sorted(map(str, value))}
    return {"rows": len(value)} if isinstance(value, list) else {"value": type(value).__name__}
