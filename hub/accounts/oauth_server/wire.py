"""Between HTTP and authlib, whose server parts know no framework: what was asked, and what is to be answered."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Payload, OAuth2Request

_LONGEST: Final = 4096
_CHARACTERS: Final = re.compile(r"[\x20-\x7e]*")
_PLAIN: Final = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
"""What RFC 6749 lets error descriptions hold (section 5.2), because they may repeat what was sent."""
_FREE: Final = frozenset({"state"})
_KNOWN: Final = frozenset({
    "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
    "grant_type", "code", "code_verifier", "refresh_token", "client_secret", "token", "token_type_hint",
})  # fmt: skip
_URI: Final = "https://hub.invalid/oauth"
"""authlib wants https and asks for nothing else; `hub.middleware.HttpsOnly` has refused whoever came without."""


@dataclass(frozen=True)
class Answer:
    """What authlib wants sent back: JSON, or a redirect."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def location(self) -> str | None:
        """Where a redirect leads."""
        return self.headers.get("Location")


class Payload(OAuth2Payload):  # type: ignore[misc]
    """The parameters of one call, each at most once."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = fields

    @property
    def data(self) -> Mapping[str, str]:
        """Value by name."""
        return self._fields

    @property
    def datalist(self) -> Mapping[str, list[str]]:
        """Values by name."""
        return {name: [value] for name, value in self._fields.items()}


class Call(OAuth2Request):  # type: ignore[misc]
    """One call of an endpoint. Raises `InvalidRequestError` for what no endpoint can take."""

    def __init__(self, method: str, pairs: Iterable[tuple[str, str]], headers: Mapping[str, str]) -> None:
        super().__init__(method, _URI, headers=headers)
        self._fields = _read(pairs)
        self.payload = Payload(self._fields)

    @property
    def args(self) -> Mapping[str, str]:
        """The same as `form`: an endpoint takes its parameters from one place."""
        return self._fields

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters."""
        return self._fields


def _read(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """The parameters we know. An empty one counts as left out, and others are ignored (RFC 6749, section 3.1)."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in _KNOWN or not value:
            continue
        if name in found:
            raise InvalidRequestError(f"The parameter {name} was sent more than once.")
        allowed = _CHARACTERS if name in _FREE else _PLAIN
        if len(value) > _LONGEST or not allowed.fullmatch(value):
            raise InvalidRequestError(f"The parameter {name} is too long or holds characters that it must not.")
        found[name] = value
    return found
