"""End a connection: here, and at the provider."""

import asyncio
from datetime import datetime

import structlog

from hub.accounts import audit
from hub.connections.errors import ConnectionMissing, NotConfigured
from hub.connections.locks import connection_lock
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import Bookmarks, ConnectionRepository
from hub.connections.sealing import open_tokens, seal_tokens
from hub.connections.service.access import ConnectionKey
from hub.connections.service.endpoint import token_endpoint
from hub.kit.crypto import SealedValueError
from hub.runtime import Runtime
from oauth.errors import OAuthError
from oauth.tokens import TokenEndpoint, TokenSet

_log = structlog.get_logger(__name__)


async def disconnect(runtime: Runtime, key: ConnectionKey, actor: str) -> bool:
    """Revoke the tokens at the provider and forget them here, in any case.

    False when the provider could not be told: the app then has to be removed there by hand.
    Raises `ConnectionMissing`.
    """
    async with connection_lock(runtime, key.connection_id):
        connection = await asyncio.to_thread(_load, runtime, key)
        told = connection.state is not ConnectionState.REVOKED and await _revoke(runtime, connection)
        await asyncio.to_thread(forget, runtime, key, actor, "disconnected by a member")
    return told


def forget(runtime: Runtime, key: ConnectionKey, actor: str, reason: str) -> None:
    """Drop the tokens and mark the connection revoked, for example because the provider said it was removed there."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        connection = ConnectionRepository(session, key.organisation_id).get(key.connection_id)
        if connection is None or connection.state is ConnectionState.REVOKED:
            return
        connection.state, connection.state_reason = ConnectionState.REVOKED, reason
        connection.tokens = seal_tokens(runtime.vault, connection.id, TokenSet(""))
        connection.token_version += 1
        connection.expires_at = connection.refresh_started_at = None
        Bookmarks(session, key.organisation_id).forget(connection.id)
        audit.record(
            session,
            organisation_id=key.organisation_id,
            actor=actor,
            action="connection.revoked",
            subject=connection.id,
            at=now,
            details={"reason": reason},
        )


def _load(runtime: Runtime, key: ConnectionKey) -> Connection:
    with runtime.database.transaction() as session:
        connection = ConnectionRepository(session, key.organisation_id).get(key.connection_id)
    if connection is None:
        raise ConnectionMissing("there is no such connection")
    return connection


async def _revoke(runtime: Runtime, connection: Connection) -> bool:
    """Whether the provider took note. Its failure must not keep tokens here that an admin wants gone."""
    try:
        endpoint = token_endpoint(runtime.settings, connection.provider, connection.config)
        tokens = open_tokens(runtime.vault, connection.id, connection.tokens)
        return await endpoint.revoke(await _living(endpoint, tokens, runtime.clock()))
    except (OAuthError, NotConfigured, SealedValueError) as error:
        _log.warning("connection.not_revoked", connection=connection.id, reason=str(error))
        return False


async def _living(endpoint: TokenEndpoint, tokens: TokenSet, now: datetime) -> TokenSet:
    """Tokens that can still be revoked: an ended access token is renewed once more for this."""
    if tokens.refresh_token is None or tokens.expires_at is None or tokens.expires_at > now:
        return tokens
    return await endpoint.refresh(tokens.refresh_token, now)
