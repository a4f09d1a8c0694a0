"""Use every connection once a day, so that idle refresh tokens do not expire unnoticed."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog

from connectors.base.errors import ConnectorError
from connectors.base.manifest import ManifestError
from connectors.registry import UnknownProvider
from hub.connections.errors import ConnectionsError
from hub.connections.models import Connection
from hub.connections.repository import idle_connections
from hub.connections.service.access import ConnectionKey, load_access
from hub.connections.service.check import check_connection
from hub.connections.service.refresh import refresh
from hub.kit.crypto import SealedValueError
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)
_IDLE = timedelta(hours=24)


@dataclass(frozen=True)
class KeptAlive:
    """How many idle connections were renewed or checked, and how many of those tries failed."""

    alive: int
    failed: int


async def keep_alive(runtime: Runtime) -> KeptAlive:
    """Renew the tokens of every connection idle for a day. Failures are logged; `reconnect` is set where due."""
    idle = await asyncio.to_thread(_idle, runtime)
    alive = sum([await _keep_one(runtime, connection) for connection in idle])
    return KeptAlive(alive=alive, failed=len(idle) - alive)


def _idle(runtime: Runtime) -> list[Connection]:
    with runtime.database.transaction() as session:
        return idle_connections(session, runtime.clock() - _IDLE)


async def _keep_one(runtime: Runtime, connection: Connection) -> bool:
    key = ConnectionKey(connection.organisation_id, connection.id)
    try:
        access = await asyncio.to_thread(load_access, runtime, key)
        if access.tokens.refresh_token is not None:
            await refresh(runtime, key, access.version)
        else:
            await check_connection(runtime, key)
    except (ConnectorError, ConnectionsError, ManifestError, UnknownProvider, SealedValueError) as error:
        _log.warning("connection.not_kept_alive", connection=connection.id, reason=str(error))
        return False
    return True
