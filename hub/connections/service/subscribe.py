"""Subscriptions to a provider's events: made when an account is connected, renewed by the clock, ended with it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog
from sqlmodel import select

from connectors import registry
from connectors.base.errors import ConnectorError, RequestRejected
from connectors.base.manifest import Capability
from connectors.base.records import Hook
from hub.connections.access import open_subscriber
from hub.connections.errors import ConnectionsError
from hub.connections.models import Connection, ConnectionState
from hub.connections.service.access import ConnectionKey
from hub.runtime import Runtime
from hub.settings import Settings

_log = structlog.get_logger(__name__)
_PATIENCE_S: Final = 20.0


def subscribing(runtime: Runtime) -> Sequence[Connection]:
    """Every active connection whose provider sends events to subscribers only, of all organisations."""
    with runtime.database.transaction() as session:
        rows = session.exec(select(Connection).where(Connection.state == ConnectionState.ACTIVE)).all()
    return [row for row in rows if registry.manifest(row.provider).can(Capability.SUBSCRIBER)]


async def keep_subscribed(runtime: Runtime, key: ConnectionKey, provider: str, *, asked: bool) -> datetime | None:
    """Subscribe, or renew what ends soon; gives when the first subscription ends, None without a webhook secret.

    Raises `ConnectionMissing` and the connector's errors.
    """
    hook = await asyncio.to_thread(hook_of, runtime.settings, provider)
    if hook is None:
        return None
    async with open_subscriber(runtime, key.organisation_id, key.connection_id) as subscriber:
        return await subscriber.keep_subscribed(hook, runtime.clock(), asked=asked)


async def try_subscribing(runtime: Runtime, key: ConnectionKey, provider: str) -> bool:
    """As `keep_subscribed`, where the clock tries again anyway; False when it failed, which is logged."""
    if not registry.manifest(provider).can(Capability.SUBSCRIBER):
        return True
    try:
        async with asyncio.timeout(_PATIENCE_S):
            ends = await keep_subscribed(runtime, key, provider, asked=False)
    except (ConnectorError, ConnectionsError, TimeoutError) as error:
        _log.warning("subscription.failed", connection_id=key.connection_id, reason=str(error))
        return False
    _log.info("subscription.kept", connection_id=key.connection_id, ends=ends.isoformat() if ends else None)
    return True


async def end_subscriptions(runtime: Runtime, key: ConnectionKey, provider: str) -> None:
    """Tell the provider to send nothing more. A failure is logged: subscriptions end by themselves before long."""
    if not registry.manifest(provider).can(Capability.SUBSCRIBER):
        return
    try:
        hook = await asyncio.to_thread(hook_of, runtime.settings, provider)
        if hook is None:
            return
        async with (
            asyncio.timeout(_PATIENCE_S),
            open_subscriber(runtime, key.organisation_id, key.connection_id) as subscriber,
        ):
            await subscriber.unsubscribe(hook)
    except (ConnectorError, ConnectionsError, TimeoutError) as error:
        _log.warning("subscription.not_ended", connection_id=key.connection_id, reason=str(error))


def hook_of(settings: Settings, provider: str) -> Hook | None:
    """Where the provider is to send events; None when no secret could prove them. Raises `RequestRejected`."""
    secret = settings.app(provider).webhook_secret.get_secret_value()
    if not secret:
        return None
    try:
        keys = settings.app(provider).webhook_key_text()
    except OSError as error:
        raise RequestRejected(f"the file of HUB_OAUTH_APPS__{provider.upper()}__WEBHOOK_KEYS cannot be read") from error
    return Hook(f"{settings.base_url}/hooks/{provider}", secret, keys)
