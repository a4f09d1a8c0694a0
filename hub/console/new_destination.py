"""Making a connection a destination: a CRM after a dry run, a channel with its rule."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from connectors import registry
from connectors.base.errors import ConnectorError
from connectors.base.manifest import Capability
from connectors.base.records import Change, ChangeKind, TargetOption
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, Member, verify_csrf
from hub.connections.access import open_destination, open_notifier
from hub.connections.models import Connection
from hub.connections.repository import ConnectionRepository
from hub.console.errors import not_found
from hub.console.providers import capabilities, provider_name
from hub.console.rendering import page, redirect
from hub.console.rules import ALERT_KINDS, RuleForm, remedies
from hub.deliveries import service
from hub.errors import InvalidInput
from hub.runtime import Runtime

router = APIRouter()


@router.get("/destinations/new/{connection_id}")
async def new_destination(
    request: Request, connection_id: str, admin: CurrentAdmin, runtime: CurrentRuntime
) -> Response:
    """For a CRM the changes that enabling it would make; for a channel the picker and the rule."""
    connection = await asyncio.to_thread(_connection, runtime, admin, connection_id)
    if connection is None:
        return not_found(request)
    try:
        if Capability.DESTINATION in capabilities(connection.provider):
            return await _crm_page(request, admin, runtime, connection)
        return _channel_page(request, admin, connection, await _targets(runtime, admin, connection_id))
    except ConnectorError as error:
        return redirect(request, "/destinations", _trouble(connection, error), "bad")


@router.post("/destinations/new/{connection_id}/crm", dependencies=[Depends(verify_csrf)])
async def enable_crm(request: Request, connection_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Make the listed changes, then start writing results."""
    connection = await asyncio.to_thread(_connection, runtime, admin, connection_id)
    if connection is None:
        return not_found(request)
    try:
        await _provision(runtime, admin, connection_id, dry_run=False)
    except ConnectorError as error:
        return redirect(request, f"/destinations/new/{connection_id}", _trouble(connection, error), "bad")
    name = provider_name(connection.provider)
    new = service.NewDestination(connection_id=connection_id, name=name)
    await asyncio.to_thread(service.create_destination, runtime, admin.organisation_id, new, actor=admin.user_id)
    return redirect(request, "/destinations", f"{name} is ready. Results of the next meetings are written there.")


@router.post("/destinations/new/{connection_id}/channel", dependencies=[Depends(verify_csrf)])
async def add_channel(
    request: Request,
    connection_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    rule: Annotated[RuleForm, Depends()],
    target: Annotated[str, Form()] = "",
) -> Response:
    """Send messages to the chosen channel by the rule."""
    connection = await asyncio.to_thread(_connection, runtime, admin, connection_id)
    if connection is None:
        return not_found(request)
    try:
        options = {option.id: option for option in await _targets(runtime, admin, connection_id)}
    except ConnectorError as error:
        return redirect(request, "/destinations", _trouble(connection, error), "bad")
    if target not in options:
        return redirect(request, f"/destinations/new/{connection_id}", "Choose where messages go.", "note")
    try:
        await asyncio.to_thread(_create_channel, admin, runtime, connection, options[target], rule)
    except InvalidInput as error:
        refused = {"rule": rule.typed(), "wrong": remedies(error), "target": target}
        return _channel_page(request, admin, connection, list(options.values()), refused)
    return redirect(request, "/destinations", f"Messages go to {options[target].label} from now on.")


async def _crm_page(request: Request, admin: Member, runtime: Runtime, connection: Connection) -> Response:
    changes = await _provision(runtime, admin, connection.id, dry_run=True)
    return page(
        request,
        "destinations/crm.html",
        member=admin,
        connection=connection,
        name=provider_name(connection.provider),
        changes=changes,
        to_make=[change for change in changes if change.kind in {ChangeKind.CREATE, ChangeKind.UPDATE}],
        mapping=_default_mapping(connection.provider),
    )


def _channel_page(
    request: Request,
    admin: Member,
    connection: Connection,
    options: Sequence[TargetOption],
    refused: Mapping[str, Any] | None = None,
) -> Response:
    """The picker and the rule; `refused` are a rule that was not valid, what to do about it, and the chosen target."""
    return page(
        request,
        "destinations/channel.html",
        member=admin,
        status=422 if refused else 200,
        connection=connection,
        name=provider_name(connection.provider),
        options=options,
        alert_kinds=ALERT_KINDS,
        **(refused or {"rule": {}, "wrong": {}, "target": ""}),
    )


def _create_channel(
    admin: Member, runtime: Runtime, connection: Connection, option: TargetOption, rule: RuleForm
) -> None:
    """Raises `InvalidInput` for the rule."""
    new = service.NewDestination(
        connection_id=connection.id, name=option.label, target=dict(option.facts), rule=rule.stored()
    )
    service.create_destination(runtime, admin.organisation_id, new, actor=admin.user_id)


async def _provision(runtime: Runtime, admin: Member, connection_id: str, *, dry_run: bool) -> Sequence[Change]:
    async with open_destination(runtime, admin.organisation_id, connection_id) as connector:
        return await connector.provision(dry_run=dry_run)


async def _targets(runtime: Runtime, admin: Member, connection_id: str) -> Sequence[TargetOption]:
    async with open_notifier(runtime, admin.organisation_id, connection_id) as connector:
        return await connector.targets()


def _connection(runtime: Runtime, admin: Member, connection_id: str) -> Connection | None:
    with runtime.database.transaction() as session:
        return ConnectionRepository(session, admin.organisation_id).get(connection_id)


def _default_mapping(provider: str) -> dict[str, str]:
    connector: Any = registry.connector_class(provider)
    return dict(connector.default_mapping)


def _trouble(connection: Connection, error: ConnectorError) -> str:
    return f"{provider_name(connection.provider)} could not do that: {error.message}"
