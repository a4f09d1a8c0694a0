"""Begin to connect an account: remember who asked, and say where to send the browser."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from connectors import registry
from hub.connections.models import Authorization
from hub.connections.repository import delete_expired_authorizations
from hub.connections.service.endpoint import redirect_uri, token_endpoint
from hub.kit.ids import new_id
from hub.runtime import Runtime
from oauth.flow import AuthorizationRequest, RandomText, begin

_REDIRECT_LIFETIME = timedelta(minutes=10)


def start_connecting(
    runtime: Runtime,
    *,
    organisation_id: str,
    session_id: str,
    provider: str,
    config: Mapping[str, object] | None = None,
    random_text: RandomText = secrets.token_urlsafe,
) -> str:
    """The provider's address to send the browser of `session_id` to, good for ten minutes and one return.

    Raises `UnknownProvider`, `NotConfigured`, and `ManifestError` for a provider without OAuth.
    """
    registry.manifest(provider)
    endpoint = token_endpoint(runtime.settings, provider)
    request = begin(
        endpoint.provider, endpoint.credentials.client_id, redirect_uri(runtime.settings, provider), random_text
    )
    _remember(runtime, request, organisation_id, session_id, provider, config or {})
    return request.url


def verifier_context(authorization_id: str) -> str:
    """What a sealed PKCE verifier is bound to."""
    return f"authorization:{authorization_id}:verifier"


def _remember(
    runtime: Runtime,
    request: AuthorizationRequest,
    organisation_id: str,
    session_id: str,
    provider: str,
    config: Mapping[str, object],
) -> None:
    now, row_id = runtime.clock(), new_id("ath")
    row = Authorization(
        id=row_id,
        organisation_id=organisation_id,
        provider=provider,
        state_hash=request.state_hash,
        session_id=session_id,
        code_verifier=runtime.vault.seal(request.code_verifier.encode(), verifier_context(row_id)),
        config=dict(config),
        created_at=now,
        expires_at=now + _REDIRECT_LIFETIME,
    )
    with runtime.database.transaction() as session:
        delete_expired_authorizations(session, now)
        session.add(row)
