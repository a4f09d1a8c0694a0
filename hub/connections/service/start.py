"""Begin to connect an account: remember who asked, and say where to send the browser."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

from connectors import registry
from hub.connections.models import Authorization
from hub.connections.repository import delete_expired_authorizations
from hub.connections.service.endpoint import app_only_endpoint, redirect_uri, token_endpoint
from hub.kit.ids import new_id
from hub.runtime import Runtime
from oauth.flow import AuthorizationRequest, RandomText, begin, begin_consent

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
    request = _request(runtime, provider, config or {}, random_text)
    _remember(runtime, request, organisation_id, session_id, provider, config or {})
    return request.url


def _request(
    runtime: Runtime, provider: str, config: Mapping[str, object], random_text: RandomText
) -> AuthorizationRequest:
    """A person's sign-in, or an administrator's consent where the connect form's answers ask for that."""
    settings, back = runtime.settings, redirect_uri(runtime.settings, provider)
    section = registry.manifest(provider).app_only(config)
    if section is None:
        endpoint = token_endpoint(settings, provider, config)
        return begin(endpoint.provider, endpoint.credentials.client_id, back, random_text)
    endpoint = app_only_endpoint(settings, provider, section, tenant="")
    return begin_consent(endpoint.provider, endpoint.credentials.client_id, back, random_text)


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
