"""What will go, since when and until when: the only place that says so, for answers and for the OpenAPI document.

To retire a call or a field: add a row, and keep serving it until its sunset, a year later at the earliest. Answers then
carry `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link` to what replaces it, and the document marks it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from starlette.types import Scope

Call = tuple[str, str]
"""A method and a route's template, such as `("GET", "/v1/usage")`."""


@dataclass(frozen=True)
class Deprecation:
    """`fields` of the answer that go; empty when the whole call does. `link` says what to use instead."""

    since: datetime
    sunset: datetime
    link: str
    fields: frozenset[str] = field(default_factory=frozenset)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As every answer of the call carries them."""
        return [
            (b"deprecation", f"@{int(self.since.timestamp())}".encode()),
            (b"sunset", format_datetime(self.sunset.astimezone(UTC), usegmt=True).encode()),
            (b"link", f'<{self.link}>; rel="deprecation"; type="text/html"'.encode()),
        ]


DEPRECATED: Final[Mapping[Call, Deprecation]] = {}
"""Nothing is on its way out."""


def headers_of(scope: Scope, table: Mapping[Call, Deprecation]) -> list[tuple[bytes, bytes]]:
    """The headers of the call that this request turned out to be; none for most."""
    if not table:
        return []
    found = table.get((scope.get("method", ""), getattr(scope.get("route"), "path", "")))
    return found.headers() if found else []


def describe(document: dict[str, Any], table: Mapping[Call, Deprecation] = DEPRECATED) -> None:
    """Mark calls and fields in the OpenAPI document. Raises `KeyError` for what is not there."""
    for (method, path), row in table.items():
        operation = document["paths"][path][method.lower()]
        if not row.fields:
            operation["deprecated"] = True
        for name in row.fields:
            _mark(document, operation, name)


def _mark(document: dict[str, Any], operation: dict[str, Any], name: str) -> None:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            schema = answer["content"]["application/json"]["schema"]
            if "$ref" in schema:
                schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
            schema["properties"][name]["deprecated"] = True
