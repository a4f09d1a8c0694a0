"""The door to a provider: a connector, ready to use, for one connection."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import cast

from connectors import registry
from connectors.base.connector import Connector, Destination, Notifier, Source, Subscriber
from connectors.base.errors import AuthorizationLost, RequestRejected
from connectors.base.manifest import Capability, ManifestError
from connectors.registry import UnknownProvider
from hub.connections.client import ConnectionClient
from hub.connections.errors import NotConfigured
from hub.connections.provider_http import open_http
from hub.connections.service.access import Access, ConnectionKey, load_access, mark_reconnect
from hub.connections.service.endpoint import hosts_of
from hub.connections.service.refresh import refresh
from hub.connections.turns import turns_of
from hub.kit.crypto import SealedValueError
from hub.runtime import Runtime

_LEEWAY = timedelta(seconds=90)


@asynccontextmanager
async def open_connector(runtime: Runtime, organisation_id: str, connection_id: str) -> AsyncIterator[Connector]:
    """The connector of this connection with its authorised client.

    Raises `ConnectionMissing`, and `AuthorizationLost` at once when the connection is not active. An
    `AuthorizationLost` that leaves the block, from wherever it comes, puts an active connection into `reconnect`.
    """
    key = ConnectionKey(organisation_id, connection_id)
    async with AsyncExitStack() as stack:
        stack.enter_context(_operator_faults_named())
        session = _Session(runtime, key, await asyncio.to_thread(load_access, runtime, key))
        connector = await _connector(stack, runtime, session)
        try:
            yield connector
        except AuthorizationLost as lost:
            await asyncio.to_thread(mark_reconnect, runtime, key, session.access.version, lost.message)
            raise


@asynccontextmanager
async def open_source(runtime: Runtime, organisation_id: str, connection_id: str) -> AsyncIterator[Source]:
    """As `open_connector`, for a connector that gives recordings; raises `RequestRejected` for any other."""
    async with _open_as(Capability.SOURCE, runtime, organisation_id, connection_id) as connector:
        yield cast("Source", connector)


@asynccontextmanager
async def open_destination(runtime: Runtime, organisation_id: str, connection_id: str) -> AsyncIterator[Destination]:
    """As `open_connector`, for a CRM; raises `RequestRejected` for any other."""
    async with _open_as(Capability.DESTINATION, runtime, organisation_id, connection_id) as connector:
        yield cast("Destination", connector)


@asynccontextmanager
async def open_notifier(runtime: Runtime, organisation_id: str, connection_id: str) -> AsyncIterator[Notifier]:
    """As `open_connector`, for a connector that sends messages; raises `RequestRejected` for any other."""
    async with _open_as(Capability.NOTIFIER, runtime, organisation_id, connection_id) as connector:
        yield cast("Notifier", connector)


@asynccontextmanager
async def open_subscriber(runtime: Runtime, organisation_id: str, connection_id: str) -> AsyncIterator[Subscriber]:
    """As `open_connector`, for a provider that sends events to subscribers; raises `RequestRejected` for any other."""
    async with _open_as(Capability.SUBSCRIBER, runtime, organisation_id, connection_id) as connector:
        yield cast("Subscriber", connector)


@asynccontextmanager
async def _open_as(
    capability: Capability, runtime: Runtime, organisation_id: str, connection_id: str
) -> AsyncIterator[Connector]:
    with _operator_faults_named():
        access = await asyncio.to_thread(load_access, runtime, ConnectionKey(organisation_id, connection_id))
        manifest = registry.manifest(access.connection.provider)
    if not manifest.can(capability):
        raise RequestRejected(f"{manifest.name} is not a {capability}")
    async with open_connector(runtime, organisation_id, connection_id) as connector:
        yield connector


class _Session:
    """The tokens one open connector works with; renewed ahead of their end, or when they were refused."""

    def __init__(self, runtime: Runtime, key: ConnectionKey, access: Access) -> None:
        self.access = access
        self._runtime = runtime
        self._key = key

    async def token(self, refused: bool) -> str:
        if refused or _ends_soon(self.access, self._runtime.clock()):
            self.access = await refresh(self._runtime, self._key, self.access.version)
        return self.access.tokens.access_token


async def _connector(stack: AsyncExitStack, runtime: Runtime, session: _Session) -> Connector:
    connection = session.access.connection
    manifest = registry.manifest(connection.provider)
    hosts = hosts_of(runtime.settings, manifest.id, connection.config)
    http = await stack.enter_async_context(open_http(hosts, connection.account))
    turns = turns_of(runtime, connection)
    client = ConnectionClient(http, manifest, hosts, connection.account, session.token, runtime.clock, turns)
    connector: Connector = registry.connector_class(connection.provider)(client)
    return connector


@contextmanager
def _operator_faults_named() -> Iterator[None]:
    """What only the operator can repair, as `RequestRejected`: callers then park their work and show the reason."""
    try:
        yield
    except (NotConfigured, ManifestError, UnknownProvider, SealedValueError) as error:
        raise RequestRejected(str(error)) from error


def _ends_soon(access: Access, now: datetime) -> bool:
    ends = access.tokens.expires_at
    return ends is not None and ends - now < _LEEWAY
