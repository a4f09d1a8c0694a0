"""Connections whose provider refuses the hub's app: asked again by the clock, and when a person has them checked."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import structlog

from connectors.base.errors import ConnectorError
from connectors.base.manifest import ManifestError
from connectors.registry import UnknownProvider
from hub.connections.errors import ConnectionsError
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository, refused_connections
from hub.connections.service.access import ConnectionKey
from hub.connections.service.refresh import refresh
from hub.kit.crypto import SealedValueError
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)
_REST: Final = timedelta(minutes=4)
_ASKED: Final = (ConnectionState.ACTIVE, ConnectionState.REFUSED)


async def ask_refused_again(runtime: Runtime) -> int:
    """Try to renew each of them; gives how many work again. What waited for them is resumed by the clock."""
    return sum([await _works_again(runtime, row) for row in await asyncio.to_thread(_waiting, runtime)])


async def ask_again(runtime: Runtime, key: ConnectionKey) -> None:
    """Renew the access of this connection if its provider refused the app; raises as `refresh` does."""
    connection = await asyncio.to_thread(_load, runtime, key)
    if connection is not None and connection.state is ConnectionState.REFUSED:
        await refresh(runtime, key, connection.token_version, _ASKED)
        _log.info("connection.works_again", connection=key.connection_id)


async def _works_again(runtime: Runtime, connection: Connection) -> bool:
    try:
        await ask_again(runtime, ConnectionKey(connection.organisation_id, connection.id))
    except (ConnectorError, ConnectionsError, ManifestError, UnknownProvider, SealedValueError) as error:
        _log.warning("connection.still_refused", connection=connection.id, reason=str(error))
        return False
    return True


def _waiting(runtime: Runtime) -> Sequence[Connection]:
    with runtime.database.transaction() as session:
        return refused_connections(session, runtime.clock() - _REST)


def _load(runtime: Runtime, key: ConnectionKey) -> Connection | None:
    with runtime.database.transaction() as session:
        return ConnectionRepository(session, key.organisation_id).get(key.connection_id)
