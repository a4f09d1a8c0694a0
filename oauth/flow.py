"""The authorisation redirect: where to send the browser, and what its return means (RFC 6749, RFC 7636)."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from oauth.errors import AccessDenied, Rejected
from oauth.provider import OAuthProvider

RandomText = Callable[[int], str]
"""Gives URL-safe text from that many random bytes; `secrets.token_urlsafe` outside of tests."""

_STATE_BYTES = 32
_VERIFIER_BYTES = 48


@dataclass(frozen=True)
class AuthorizationRequest:
    """A redirect to make. Keep `state_hash` and `code_verifier`; the state itself travels with the browser only."""

    url: str = field(repr=False)
    state_hash: str
    code_verifier: str = field(repr=False)


def begin(provider: OAuthProvider, client_id: str, redirect_uri: str, random_text: RandomText) -> AuthorizationRequest:
    """Where to send the browser so that a person can authorise us."""
    state, verifier = random_text(_STATE_BYTES), random_text(_VERIFIER_BYTES)
    url = prepare_grant_uri(
        provider.authorize_url,
        client_id=client_id,
        response_type="code",
        redirect_uri=redirect_uri,
        scope=provider.scope,
        state=state,
        **_challenge(provider, verifier),
        **provider.authorize_params,
    )
    return AuthorizationRequest(url=url, state_hash=state_hash(state), code_verifier=verifier)


def begin_consent(
    provider: OAuthProvider, client_id: str, redirect_uri: str, random_text: RandomText
) -> AuthorizationRequest:
    """Where to send an admin's browser, so that the app may act on its own."""
    state = random_text(_STATE_BYTES)
    query = [("client_id", client_id), ("redirect_uri", redirect_uri), ("state", state)]
    url = add_params_to_uri(provider.authorize_url, query)
    return AuthorizationRequest(url=url, state_hash=state_hash(state), code_verifier="")


def state_hash(state: str) -> str:
    """What is kept of a state: its SHA-256, so that a read of the database cannot finish somebody's redirect."""
    return hashlib.sha256(state.encode()).hexdigest()


def returned_code(query: Mapping[str, str]) -> str:
    """The authorisation code in the callback's query. Raises `AccessDenied` or `Rejected`."""
    error = query.get("error", "")
    if error in {"access_denied", "consent_required"}:
        raise AccessDenied("access was not granted", code=error)
    if error:
        raise Rejected("the provider refused the authorisation", code=error[:60])
    if not query.get("code"):
        raise Rejected("the provider sent no authorisation code", code="missing_code")
    return query["code"]


def returned_tenant(query: Mapping[str, str], parameter: str) -> str:
    """Whose admin consented, from the consent page's return. Raises `AccessDenied` or `Rejected`."""
    error = query.get("error", "")
    if error in {"access_denied", "consent_required"}:
        raise AccessDenied("consent was not given", code=error)
    if error or not query.get(parameter):
        raise Rejected("the provider did not confirm the consent", code=error[:60] or "missing_tenant")
    return query[parameter]


def _challenge(provider: OAuthProvider, verifier: str) -> dict[str, str]:
    if not provider.pkce:
        return {}
    return {"code_challenge": create_s256_code_challenge(verifier), "code_challenge_method": "S256"}
