"""Stored rows as authlib asks about them."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from hub.accounts.oauth_server.models import OAuthClient, OAuthGrant, OAuthToken
from hub.accounts.oauth_server.redirects import is_registered
from hub.accounts.tokens import hash_token

_GRANT_TYPES: Final = ("authorization_code", "refresh_token")


@dataclass(frozen=True)
class ClientView:
    """A registered app."""

    row: OAuthClient

    @property
    def is_public(self) -> bool:
        """Whether it has no secret."""
        return self.row.secret_hash is None

    def get_client_id(self) -> str:
        """Its public name."""
        return self.row.id

    def get_default_redirect_uri(self) -> str | None:
        """Where to send people when the request does not say, if that is clear."""
        return self.row.redirect_uris[0] if len(self.row.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scopes asked for, when there are any and all are registered; None refuses the request."""
        wanted = (scope or "").split()
        return " ".join(dict.fromkeys(wanted)) if wanted and set(wanted) <= set(self.row.scopes) else None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Whether it was registered."""
        return is_registered(redirect_uri, self.row.redirect_uris, any_loopback_port=self.is_public)

    def check_client_secret(self, client_secret: str) -> bool:
        """Whether this is its secret."""
        known = self.row.secret_hash
        return known is not None and hmac.compare_digest(hash_token(client_secret), known)

    def check_endpoint_auth_method(self, method: str, _endpoint: str) -> bool:
        """A public app proves itself by nothing, any other by its secret."""
        return (method == "none") == self.is_public

    def check_response_type(self, response_type: str) -> bool:
        """Codes only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Both that there are."""
        return grant_type in _GRANT_TYPES


@dataclass(frozen=True)
class CodeView:
    """A code that was given out and not used yet."""

    grant: OAuthGrant
    code_challenge_method: str = "S256"

    @property
    def code_challenge(self) -> str:
        """What the verifier must hash to."""
        return self.grant.code_challenge

    def get_redirect_uri(self) -> str:
        """As it was sent with the request for the code."""
        return self.grant.redirect_uri

    def get_scope(self) -> str:
        """What was allowed."""
        return " ".join(self.grant.scopes)


@dataclass(frozen=True)
class TokenView:
    """A stored token with the consent behind it. `alive` is whether app, consent and membership still stand."""

    row: OAuthToken
    grant: OAuthGrant
    alive: bool
    now: datetime

    @property
    def scopes(self) -> Sequence[str]:
        """What it is for."""
        return self.row.scopes

    def check_client(self, client: ClientView) -> bool:
        """Whether it was given to this app."""
        return self.grant.client_id == client.row.id

    def get_scope(self) -> str:
        """What it is for, as the protocol writes it."""
        return " ".join(self.row.scopes)

    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.row.expires_at <= self.now

    def is_revoked(self) -> bool:
        """Whether it, or what it rests on, was ended; a refresh token ends by being used."""
        return not self.alive or self.row.revoked_at is not None or self.row.used_at is not None
