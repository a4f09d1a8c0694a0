"""Connecting accounts, in the browser. The page that lists connections is the console's."""

import asyncio
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import RedirectResponse

from connectors import registry
from connectors.base.errors import AuthorizationLost, ConnectorError
from connectors.base.manifest import Manifest
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, verify_csrf
from hub.connections.config import read_config
from hub.connections.errors import (
    AccountTaken,
    ConfigInvalid,
    ConnectFailed,
    ConnectionMissing,
    NotConfigured,
    RedirectInvalid,
)
from hub.connections.models import Connection
from hub.connections.notices import Notice
from hub.connections.repository import ConnectionRepository
from hub.connections.service.access import APP_REFUSED, ConnectionKey
from hub.connections.service.check import check_connection
from hub.connections.service.disconnect import disconnect
from hub.connections.service.finish import Visitor, finish_connecting
from hub.connections.service.start import start_connecting
from hub.connections.service.subscribe import end_subscriptions, try_subscribing

router = APIRouter(include_in_schema=False)
_log = structlog.get_logger(__name__)
_CSRF = [Depends(verify_csrf)]


def _oauth_manifest(provider: str) -> Manifest:
    try:
        manifest = registry.manifest(provider)
    except registry.UnknownProvider as error:
        raise HTTPException(404, "there is no such provider") from error
    if manifest.oauth is None:
        raise HTTPException(404, f"{manifest.name} needs no connecting")
    return manifest


def _own_connection(connection_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Connection:
    with runtime.database.transaction() as session:
        connection = ConnectionRepository(session, admin.organisation_id).get(connection_id)
    if connection is None:
        raise HTTPException(404, "there is no such connection")
    return connection


ProviderManifest = Annotated[Manifest, Depends(_oauth_manifest)]
OwnConnection = Annotated[Connection, Depends(_own_connection)]


@router.post("/connect/{provider}", dependencies=_CSRF)
async def connect(
    request: Request, manifest: ProviderManifest, admin: CurrentAdmin, runtime: CurrentRuntime
) -> RedirectResponse:
    """Send the browser to the provider."""
    try:
        url = await asyncio.to_thread(
            start_connecting,
            runtime,
            organisation_id=admin.organisation_id,
            session_id=admin.session_id,
            provider=manifest.id,
            config=read_config(manifest, await request.form()),
        )
    except NotConfigured:
        return _back(Notice.NOT_CONFIGURED, manifest.id)
    except ConfigInvalid as error:
        return _back(Notice.INVALID, manifest.id, field=error.field)
    return RedirectResponse(url, status_code=303)


@router.get("/oauth/{provider}/callback")
async def callback(
    request: Request, manifest: ProviderManifest, admin: CurrentAdmin, runtime: CurrentRuntime
) -> RedirectResponse:
    """Where the provider sends the browser back to."""
    visitor = Visitor(admin.organisation_id, admin.session_id, admin.user_id)
    try:
        kept = await finish_connecting(runtime, visitor, manifest.id, dict(request.query_params))
    except RedirectInvalid:
        return _back(Notice.START_AGAIN, manifest.id)
    except AccountTaken as error:
        return _back(Notice.TAKEN, manifest.id, connection=error.connection_id)
    except ConnectFailed as error:
        _log.warning("connection.failed", provider=manifest.id, reason=str(error))
        return _back(Notice.DECLINED if error.declined else Notice.FAILED, manifest.id)
    await try_subscribing(runtime, _key(kept.connection), manifest.id)
    return _back(Notice.RENEWED if kept.renewed else Notice.CONNECTED, manifest.id)


@router.post("/connections/{connection_id}/check", dependencies=_CSRF)
async def check(connection: OwnConnection, runtime: CurrentRuntime) -> RedirectResponse:
    """Ask the provider whether the connection works."""
    try:
        await check_connection(runtime, _key(connection))
    except AuthorizationLost as error:
        return _back(Notice.REFUSED if error.code == APP_REFUSED else Notice.RECONNECT, connection.provider)
    except ConnectorError as error:
        _log.warning("connection.check_failed", connection=connection.id, reason=str(error))
        return _back(Notice.UNAVAILABLE, connection.provider)
    return _back(Notice.WORKS, connection.provider)


@router.post("/connections/{connection_id}/disconnect", dependencies=_CSRF)
async def end(connection: OwnConnection, admin: CurrentAdmin, runtime: CurrentRuntime) -> RedirectResponse:
    """Revoke and forget the connection's access."""
    await end_subscriptions(runtime, _key(connection), connection.provider)
    try:
        told = await disconnect(runtime, _key(connection), admin.user_id)
    except ConnectionMissing as error:
        raise HTTPException(404, "there is no such connection") from error
    except ConnectorError:
        return _back(Notice.UNAVAILABLE, connection.provider)
    return _back(Notice.DISCONNECTED if told else Notice.FORGOTTEN, connection.provider)


def _key(connection: Connection) -> ConnectionKey:
    return ConnectionKey(connection.organisation_id, connection.id)


def _back(notice: Notice, provider: str, **more: str) -> RedirectResponse:
    query = urlencode({"notice": notice.value, "provider": provider, **more})
    return RedirectResponse(f"/connections?{query}", status_code=303)
