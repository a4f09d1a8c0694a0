"""What has to be known about a provider's OAuth, as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class ClientAuth(StrEnum):
    """How the client proves itself on the token endpoint (RFC 6749, section 2.3.1)."""

    BASIC = "basic"
    BODY = "body"


@dataclass(frozen=True)
class ClientCredentials:
    """An app registration at a provider."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class OAuthProvider:
    """One provider's endpoints and peculiarities, with addresses already filled in."""

    id: str
    authorize_url: str
    token_url: str
    revoke_url: str | None
    scopes: tuple[str, ...]
    revoke_with: Literal["refresh_token", "access_token", "bearer"] = "refresh_token"
    scope_separator: str = " "
    client_auth: ClientAuth = ClientAuth.BASIC
    pkce: bool = True
    authorize_params: Mapping[str, str] = field(default_factory=dict)
    token_params: Mapping[str, str] = field(default_factory=dict)
    invalid_grant_errors: tuple[str, ...] = ("invalid_grant",)
    """Error codes that only a new authorisation repairs."""
    unavailable_errors: tuple[str, ...] = ("temporarily_unavailable", "server_error")
    """Error codes that time repairs."""

    @property
    def scope(self) -> str:
        """All scopes in the provider's notation."""
        return self.scope_separator.join(self.scopes)
