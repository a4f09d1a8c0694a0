"""The authorisation server: authlib's grants and endpoints over our rows.

Codes need PKCE with S256, whoever asks (RFC 9700, section 2.1.1). Refresh tokens are used once. A code or a refresh
token that comes a second time ends every token of its consent.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidGrantError,
    InvalidRequestError,
    OAuth2Error,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from hub.accounts.models import Membership
from hub.accounts.oauth_server.allowed import record_consent
from hub.accounts.oauth_server.models import OAuthGrant, OAuthToken, TokenKind
from hub.accounts.oauth_server.store import Moment
from hub.accounts.oauth_server.views import ClientView, CodeView, TokenView
from hub.accounts.oauth_server.wire import Answer, Call
from hub.accounts.scopes import APP_SCOPES
from hub.accounts.tokens import hash_token, new_token

ACCESS_PREFIX: Final = "ed_live_at_"
REFRESH_PREFIX: Final = "ed_live_rt_"
CODE_LIFETIME: Final = timedelta(minutes=1)
ACCESS_LIFETIME: Final = timedelta(hours=1)
REFRESH_LIFETIME: Final = timedelta(days=30)
SECRET_METHODS: Final = ("client_secret_basic", "client_secret_post")
ALL_METHODS: Final = ("none", *SECRET_METHODS)

logging.getLogger("authlib.oauth2").setLevel(logging.WARNING)  # at DEBUG it would write tokens


@dataclass(frozen=True)
class Consent:
    """A member who says yes, and to what."""

    organisation_id: str
    user_id: str
    scopes: Sequence[str]


class Server(AuthorizationServer):  # type: ignore[misc]
    """Lives as long as the one request and transaction that it serves."""

    def __init__(self, moment: Moment, issuer: str) -> None:
        super().__init__(scopes_supported=list(APP_SCOPES))
        self.moment = moment
        self.issuer = issuer
        self.register_token_generator("default", _tokens())
        self.register_grant(CodeGrant, [S256()])
        self.register_grant(RefreshGrant)
        self.register_endpoint(Revocation)
        self.register_endpoint(Introspection)

    def query_client(self, client_id: str) -> ClientView | None:
        """An app that may still be used."""
        return self.moment.client(client_id)

    def save_token(self, token: Mapping[str, Any], request: Call) -> None:
        """Keep the hashes. The new refresh token is for the same as the former one, whatever was asked for now."""
        grant = (request.authorization_code or request.refresh_token).grant
        self._keep(grant, TokenKind.ACCESS, token["access_token"], token["scope"].split(), ACCESS_LIFETIME)
        self._keep(grant, TokenKind.REFRESH, token["refresh_token"], grant.scopes, REFRESH_LIFETIME)
        grant.last_used_at = self.moment.now

    def create_oauth2_request(self, request: Call) -> Call:
        """The endpoints make them."""
        return request

    def create_token_response(self, request: Call) -> Answer:
        """Tokens for a code or a refresh token."""
        if request.payload.grant_type is None:
            return self.refusal(InvalidRequestError("There is no grant_type."))
        answer: Answer = super().create_token_response(request)
        return answer

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> Answer:
        """Redirects name us, so that a client of several servers knows whose answer it holds (RFC 9207)."""
        found = dict(headers)
        if "Location" not in found:
            return Answer(status, body, found)
        location = add_params_to_uri(found["Location"], [("iss", self.issuer)])
        return Answer(303, "", {**found, "Location": location})

    def refusal(self, error: OAuth2Error) -> Answer:
        """The answer to an error, in the form that its place asks for."""
        answer: Answer = self.handle_error_response(None, error)
        return answer

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """authlib tells what happened; nobody listens."""

    def _keep(self, grant: OAuthGrant, kind: TokenKind, token: str, scopes: Sequence[str], lifetime: timedelta) -> None:
        now = self.moment.now
        row = OAuthToken(
            organisation_id=grant.organisation_id, grant_id=grant.id, kind=kind.value, token_hash=hash_token(token),
            scopes=list(scopes), created_at=now, expires_at=now + lifetime,
        )  # fmt: skip
        self.moment.session.add(row)


class S256(CodeChallenge):  # type: ignore[misc]
    """PKCE for every app, by hash alone."""

    SUPPORTED_CODE_CHALLENGE_METHOD: Final = ["S256"]

    def validate_code_challenge(self, grant: "CodeGrant", redirect_uri: str) -> None:
        """Refuse requests without a challenge. Raises `InvalidRequestError`."""
        sent = grant.request.payload.data
        if "code_challenge" not in sent or sent.get("code_challenge_method") != "S256":
            raise InvalidRequestError("Send a code_challenge with the code_challenge_method S256 (PKCE).")
        super().validate_code_challenge(grant, redirect_uri)


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """A code for a consent, and the first tokens for the code."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = list(ALL_METHODS)

    @staticmethod
    def validate_authorization_redirect_uri(request: Call, client: ClientView) -> str:
        """Where to send the person. Raises `InvalidRequestError`, which then stays on our page."""
        wanted: str | None = request.payload.redirect_uri or client.get_default_redirect_uri()
        if wanted is None:
            raise InvalidRequestError("The request has no redirect_uri.")
        if not client.check_redirect_uri(wanted):
            raise InvalidRequestError("The redirect_uri is not one that is registered for the app.")
        return wanted

    def generate_authorization_code(self) -> str:
        """256 random bits."""
        return new_token()

    def save_authorization_code(self, code: str, request: Call) -> None:
        """Keep the consent, with the code's hash."""
        moment: Moment = self.server.moment
        consent: Consent = request.user
        row = OAuthGrant(
            organisation_id=consent.organisation_id,
            client_id=request.client.row.id,
            user_id=consent.user_id,
            key_id=moment.key_of_app(consent.organisation_id, request.client.row),
            scopes=list(consent.scopes),
            redirect_uri=request.payload.redirect_uri or "",
            code_hash=hash_token(code),
            code_challenge=request.payload.data["code_challenge"],
            code_expires_at=moment.now + CODE_LIFETIME,
            created_at=moment.now,
        )
        moment.session.add(row)
        record_consent(moment.session, row, request.client.row)

    def query_authorization_code(self, code: str, client: ClientView) -> CodeView | None:
        """An unused code of this app; None for any other."""
        moment: Moment = self.server.moment
        grant = moment.grant_of_code(code)
        if grant is None or grant.client_id != client.row.id:
            return None
        if grant.code_used_at is not None:
            moment.end_family(grant, "the code was used twice")
            return None
        return CodeView(grant) if grant.code_expires_at > moment.now and moment.stands(grant) else None

    def authenticate_user(self, code: CodeView) -> Membership | None:
        """Who allowed it, for the first of several requests with the same code."""
        moment: Moment = self.server.moment
        if not moment.use_code(code.grant):
            moment.end_family(code.grant, "the code was used twice")
            return None
        return moment.membership(code.grant)

    def delete_authorization_code(self, authorization_code: CodeView) -> None:
        """It was marked as used; it stays, so that a second use is noticed."""


class RefreshGrant(RefreshTokenGrant):  # type: ignore[misc]
    """New tokens for a refresh token, which ends by that."""

    TOKEN_ENDPOINT_AUTH_METHODS: Final = list(ALL_METHODS)
    INCLUDE_NEW_REFRESH_TOKEN: Final = True

    def authenticate_refresh_token(self, refresh_token: str) -> TokenView | None:
        """An unused refresh token of this app; None for any other. Raises `InvalidGrantError` for a used one."""
        found = self.server.moment.token(refresh_token)
        if found is None or found.row.kind != TokenKind.REFRESH or not found.check_client(self.request.client):
            return None
        if found.row.used_at is not None:
            raise self._reused(found)
        return None if found.is_expired() or found.is_revoked() else found

    def authenticate_user(self, refresh_token: TokenView) -> Membership | None:
        """Who allowed it, for the first of several requests with the same token. Raises `InvalidGrantError`."""
        if not self.server.moment.use_token(refresh_token.row):
            raise self._reused(refresh_token)
        found: Membership | None = self.server.moment.membership(refresh_token.grant)
        return found

    def revoke_old_credential(self, refresh_token: TokenView) -> None:
        """It was marked as used."""

    def _reused(self, token: TokenView) -> InvalidGrantError:
        self.server.moment.end_family(token.grant, "a refresh token was used twice")
        return InvalidGrantError("This refresh token was used before, so access has ended: ask for consent again.")


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """An app gives up a token. With a refresh token goes everything that came of the same consent."""

    CLIENT_AUTH_METHODS: Final = list(ALL_METHODS)

    def check_params(self, request: Call, _client: ClientView) -> None:
        """The hint may be wrong without harm (RFC 7009, section 2.2). Raises `InvalidRequestError`."""
        _require_token(request)

    def query_token(self, token_string: str, _hint: str | None) -> TokenView | None:
        """Either kind; a hash has no need of hints."""
        found: TokenView | None = self.server.moment.token(token_string)
        return found

    def revoke_token(self, token: TokenView, request: Call) -> None:
        """End it."""
        moment: Moment = self.server.moment
        if token.row.kind == TokenKind.ACCESS:
            token.row.revoked_at = token.row.revoked_at or moment.now
        elif token.grant.revoked_at is None:
            moment.end(token.grant, actor=request.client.row.id)


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """An app with a secret asks about its own tokens."""

    CLIENT_AUTH_METHODS: Final = list(SECRET_METHODS)

    def check_params(self, request: Call, _client: ClientView) -> None:
        """Raises `InvalidRequestError`."""
        _require_token(request)

    def query_token(self, token_string: str, _hint: str | None) -> TokenView | None:
        """Either kind."""
        found: TokenView | None = self.server.moment.token(token_string)
        return found

    def check_permission(self, token: TokenView, client: ClientView, _request: Call) -> bool:
        """Others' tokens do not exist."""
        return token.check_client(client)

    def introspect_token(self, token: TokenView) -> Mapping[str, Any]:
        """What a resource may know of it."""
        return {
            "active": True,
            "client_id": token.grant.client_id,
            "scope": token.get_scope(),
            "token_type": "Bearer",
            "sub": token.grant.user_id,
            "organisation_id": token.grant.organisation_id,
            "iss": self.server.issuer,
            "iat": int(token.row.created_at.timestamp()),
            "exp": int(token.row.expires_at.timestamp()),
        }


def _require_token(request: Call) -> None:
    if "token" not in request.form:
        raise InvalidRequestError("There is no token.")


def _tokens() -> BearerTokenGenerator:
    return BearerTokenGenerator(
        lambda **_: ACCESS_PREFIX + new_token(),
        lambda **_: REFRESH_PREFIX + new_token(),
        int(ACCESS_LIFETIME.total_seconds()),
    )
