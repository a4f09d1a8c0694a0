"""Renew a connection's access: one refresh at a time, journalled before it is sent, stored before it is used.

Refresh tokens are often good for one use. Two processes that use the same one, or a crash between the provider's
answer and our commit, cost the whole authorisation. The journal (`refresh_started_at`) is committed before the
call and cleared with the new pair; whoever finds it set knows that an answer may have been lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from connectors import registry
from connectors.base.errors import AuthorizationLost, ConnectorError, ProviderUnavailable, RateLimited, RequestRejected
from connectors.base.http import retry_after
from hub.connections.facts import account_facts
from hub.connections.locks import connection_lock
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.connections.sealing import seal_tokens
from hub.connections.service.access import (
    APP_REFUSED,
    Access,
    ConnectionKey,
    load_access,
    mark_reconnect,
    mark_refused,
)
from hub.connections.service.endpoint import app_only_endpoint, hosts_of, token_endpoint
from hub.kit.patience import store_patiently
from hub.runtime import Runtime
from oauth.errors import InvalidGrant, OAuthError, Rejected, Unavailable
from oauth.tokens import TokenSet

_log = structlog.get_logger(__name__)
_ENDED = "{name} no longer accepts our access: it was revoked, has expired, or somebody authorised again elsewhere"
_LOST_ANSWER = "a renewal was interrupted before its answer was stored, and {name} no longer accepts our access"
_REFUSED = "{name} refuses this hub's app, whose client id and secret whoever runs the hub has to check"
_NOTHING_TO_RENEW = "{name} no longer accepts our access and gave no way to renew it"
_AUTHORISED_AGAIN = "the account was authorised again while its old access was being renewed"
_LONGEST_SAID = 200

Renewal = Callable[[datetime], Awaitable[TokenSet]]
"""Asks the provider for new tokens at this moment."""


async def refresh(
    runtime: Runtime,
    key: ConnectionKey,
    seen_version: int,
    states: Collection[ConnectionState] = (ConnectionState.ACTIVE,),
) -> Access:
    """Access newer than `seen_version`: ours, or the one somebody else got in the meantime.

    Raises `AuthorizationLost` (the connection is then in `reconnect`, or `refused` when the provider refuses our app),
    `ProviderUnavailable` and `RateLimited`. One of `states` is left for `active` by a renewal that succeeds.
    """
    async with connection_lock(runtime, key.connection_id):
        access = await asyncio.to_thread(load_access, runtime, key, states)
        if access.version != seen_version:
            return access
        renewal = _renewal(runtime, access)
        if renewal is None:
            raise await _lose(runtime, key, access, _NOTHING_TO_RENEW)
        return await _refresh_alone(runtime, key, access, renewal)


def _renewal(runtime: Runtime, access: Access) -> Renewal | None:
    """How to get new tokens: by the refresh token, or anew for the app itself; None when there is no way."""
    connection, token = access.connection, access.tokens.refresh_token
    provider, config = connection.provider, connection.config
    if token is not None:
        return partial(token_endpoint(runtime.settings, provider, config).refresh, token)
    section, tenant = registry.manifest(provider).app_only(config), connection.account.get("tenant")
    if section is None or not tenant:
        return None
    return app_only_endpoint(runtime.settings, provider, section, tenant).for_app


async def _refresh_alone(runtime: Runtime, key: ConnectionKey, access: Access, renewal: Renewal) -> Access:
    await asyncio.to_thread(_journal, runtime, key, access, runtime.clock())
    try:
        tokens = await renewal(runtime.clock())
    except InvalidGrant as error:
        interrupted = access.connection.refresh_started_at is not None
        raise await _lose(runtime, key, access, _LOST_ANSWER if interrupted else _ENDED) from error
    except Rejected as error:
        await asyncio.to_thread(_close_journal, runtime, key, access, error)
        raise await _refuse(runtime, key, access, error) from error
    except OAuthError as error:
        await asyncio.to_thread(_close_journal, runtime, key, access, error)
        raise as_connector_error(error, runtime.clock()) from error
    await asyncio.to_thread(_store, runtime, key, access, tokens)
    return await asyncio.to_thread(load_access, runtime, key)


def _journal(runtime: Runtime, key: ConnectionKey, access: Access, at: datetime | None) -> None:
    _update(runtime, key, access, refresh_started_at=at)


def _close_journal(runtime: Runtime, key: ConnectionKey, access: Access, error: OAuthError) -> None:
    """Clear the journal, unless the provider may have acted on a call whose answer we never saw."""
    if _was_answered(error) and access.connection.refresh_started_at is None:
        _journal(runtime, key, access, None)


def _was_answered(error: OAuthError) -> bool:
    """Whether the provider certainly did not renew anything."""
    return error.answered if isinstance(error, Unavailable) else True


@store_patiently
def _store(runtime: Runtime, key: ConnectionKey, access: Access, tokens: TokenSet) -> None:
    """Keep the new pair. When the connection was authorised anew meanwhile, that newer pair stays."""
    connection = access.connection
    facts = _facts(runtime, connection, tokens)
    repaired = connection.state is ConnectionState.REFUSED
    works_again = {"state": ConnectionState.ACTIVE, "state_reason": ""} if repaired else {}
    _update(
        runtime,
        key,
        access,
        tokens=seal_tokens(runtime.vault, connection.id, tokens),
        token_version=access.version + 1,
        expires_at=tokens.expires_at,
        refresh_started_at=None,
        checked_at=runtime.clock(),
        account={**connection.account, **facts},
        **works_again,
    )


def _facts(runtime: Runtime, connection: Connection, tokens: TokenSet) -> dict[str, str]:
    """What the answer says about the account; nothing when it cannot be, since the tokens have to be kept anyway."""
    manifest = registry.manifest(connection.provider)
    hosts = hosts_of(runtime.settings, manifest.id, connection.config)
    try:
        return account_facts(manifest, hosts, tokens.answer)
    except RequestRejected as error:
        _log.warning("connection.facts_refused", provider=manifest.id, reason=error.message)
        return {}


def _update(runtime: Runtime, key: ConnectionKey, access: Access, **values: Any) -> None:
    with runtime.database.transaction() as session:
        ConnectionRepository(session, key.organisation_id).update_if(key.connection_id, access.version, **values)


async def _lose(runtime: Runtime, key: ConnectionKey, access: Access, reason: str) -> ConnectorError:
    text = reason.format(name=registry.manifest(access.connection.provider).name)
    if await asyncio.to_thread(mark_reconnect, runtime, key, access.version, text, access.connection.state):
        return AuthorizationLost(text, code="invalid_grant")
    return ProviderUnavailable(_AUTHORISED_AGAIN)


async def _refuse(runtime: Runtime, key: ConnectionKey, access: Access, error: Rejected) -> ConnectorError:
    text = _REFUSED.format(name=registry.manifest(access.connection.provider).name)
    lost = AuthorizationLost(f"{text}: {in_words(error)}", code=APP_REFUSED)
    if await asyncio.to_thread(mark_refused, runtime, key, access.version, lost.message, access.connection.state):
        return lost
    return ProviderUnavailable(_AUTHORISED_AGAIN)


def as_connector_error(error: OAuthError, now: datetime) -> ConnectorError:
    """What a refusal of the token endpoint means for the connection."""
    code, status = error.code or None, error.status
    if isinstance(error, InvalidGrant):
        return AuthorizationLost(error.message, code=code, status=status)
    if not isinstance(error, Unavailable):
        return RequestRejected(in_words(error), code=code, status=status)
    wait_s = retry_after({"retry-after": error.retry_after or ""}, now)
    kind = RateLimited if status == 429 else ProviderUnavailable
    return kind(error.message, retry_after=wait_s, code=code, status=status)


def in_words(error: OAuthError) -> str:
    """The refusal with the first of the provider's own words, in which what looks like a token is masked."""
    said = RequestRejected(error.said.strip().partition("\n")[0].strip()).message[:_LONGEST_SAID]
    return f"{error.message}: {said}" if said else error.message
