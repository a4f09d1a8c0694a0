"""One request to the API, described before it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from echodepth.files import Part


@dataclass(frozen=True)
class Call:
    """What to send. `fields` and `files` make a form, `json` a JSON body; None among values is left out."""

    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    json: Mapping[str, Any] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    files: Sequence[Part] = ()
    idempotency_key: str | None = None
    read_s: float | None = None

    @property
    def replayable(self) -> bool:
        """Whether it can be sent again."""
        return all(part.replayable for part in self.files)

    def headers(self) -> dict[str, str]:
        """Headers of this call alone, the same for each of its tries."""
        return {"Idempotency-Key": self.idempotency_key} if self.idempotency_key else {}


def get(path: str, **params: Any) -> Call:
    """Read something."""
    return Call("GET", path, params=given(params))


def delete(path: str) -> Call:
    """Remove something."""
    return Call("DELETE", path)


def patch(path: str, json: Mapping[str, Any]) -> Call:
    """Change something; what is None stays. Done twice it is the same as once."""
    return Call("PATCH", path, json=given(json))


def post(path: str, json: Mapping[str, Any] | None = None, *, idempotency_key: str | None = None, **more: Any) -> Call:
    """Do something once, however often the call is sent."""
    key = idempotency_key or uuid4().hex
    if not (key.isascii() and key.isprintable()):
        raise ValueError("an idempotency key has no other characters than printable ones of ASCII")
    return Call("POST", path, json=None if json is None else given(json), idempotency_key=key, **more)


def given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def at(template: str, identifier: str) -> str:
    """A path with an identifier in it, which cannot lead elsewhere."""
    if not identifier:
        raise ValueError("an identifier must not be empty")
    return template.format(quote(identifier, safe=""))
