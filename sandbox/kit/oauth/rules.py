"""How one provider's authorisation server behaves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

Rotation = Literal["single_use", "family", "replace", "none"]


@dataclass(frozen=True)
class Registration:
    """The app that is registered with the provider. `scopes` maps each to what a person reads about it."""

    client_id: str
    client_secret: str
    name: str
    scopes: Mapping[str, str]


@dataclass(frozen=True)
class Rules:
    """`rotation`: `single_use` kills the old refresh token, `family` also all its kin when it is used again,
    `replace` gives a new one and lets the old one live, `none` keeps it. `access_seconds` None: the token lives
    until it is revoked.
    """

    access_seconds: float | None
    rotation: Rotation
    refresh_tokens: bool = True
    refresh_scopes: tuple[str, ...] = ()
    """A refresh token is given only with one of these; always when empty."""
    require_pkce: bool = False
    one_grant_per_user: bool = False
    code_seconds: float = 300
    scope_separator: str = " "


@dataclass(frozen=True)
class TokenForms:
    """How the provider's tokens look; each is made from fresh random text."""

    access: Callable[[str], str]
    refresh: Callable[[str], str]
