"""Where results go: a CRM with its fields, or a channel with its rule."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from connectors import registry
from connectors.base.errors import ConnectorError
from connectors.base.manifest import Capability
from connectors.base.records import Change, TargetOption
from hub.accounts.dependencies import CurrentAdmin, CurrentMember, CurrentRuntime, Member, verify_csrf
from hub.connections.access import open_destination, open_notifier
from hub.connections.models import Connection, ConnectionState
from hub.console.errors import not_found
from hub.console.providers import capabilities, provider_name
from hub.console.rendering import page, redirect
from hub.console.repositories import Connections, Destinations
from hub.deliveries import service
from hub.deliveries.models import Destination
from hub.deliveries.rules import Rule
from hub.errors import InvalidInput
from hub.runtime import Runtime

router = APIRouter()


@dataclass(frozen=True)
class Row:
    """One destination as the list shows it."""

    destination: Destination
    connection: Connection
    provider: str
    is_crm: bool
    rule: str


@dataclass(frozen=True)
class RuleForm:
    """The rule as typed; `below` is points of 0..100 or empty."""

    below: Annotated[str, Form()] = ""
    alerts_only: Annotated[bool, Form()] = False
    kind: Annotated[str, Form()] = ""

    def stored(self) -> dict[str, object]:
        """The rule as it is kept. Raises `InvalidInput` when `below` is no number."""
        try:
            below = float(self.below) if self.below.strip() else None
        except ValueError as error:
            raise InvalidInput("The Trust Score has to be a number from 0 to 100.") from error
        kinds = [self.kind] if self.kind else []
        return {"analysis_kinds": kinds, "trust_score_below": below, "alerts_only": self.alerts_only}


@router.get("/destinations")
def destinations(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """What results go to now, and which connections could take them."""
    with runtime.database.transaction() as session:
        found = Destinations(session, member.organisation_id).all()
        linked = {row.id: row for row in Connections(session, member.organisation_id).all()}
    rows = [_row(each, linked[each.connection_id]) for each in found]
    taken = {row.connection.id for row in rows if row.is_crm}
    active = [each for each in linked.values() if each.state == ConnectionState.ACTIVE]
    return page(
        request,
        "destinations/list.html",
        member=member,
        rows=rows,
        crms=[each for each in active if _can(each, Capability.DESTINATION) and each.id not in taken],
        channels=[each for each in active if _can(each, Capability.NOTIFIER)],
        provider_name=provider_name,
    )


@router.get("/destinations/new/{connection_id}")
async def new_destination(
    request: Request, connection_id: str, admin: CurrentAdmin, runtime: CurrentRuntime
) -> Response:
    """For a CRM the changes that enabling it would make; for a channel the picker and the rule."""
    connection = await asyncio.to_thread(_connection, runtime, admin, connection_id)
    if connection is None:
        return not_found(request)
    try:
        if _can(connection, Capability.DESTINATION):
            return await _crm_page(request, admin, runtime, connection)
        return await _channel_page(request, admin, runtime, connection)
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
    new = service.NewDestination(connection_id=connection_id, name=name, mapping=_default_mapping(connection.provider))
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
    return await asyncio.to_thread(_create_channel, request, admin, runtime, connection, options[target], rule)


@router.post("/destinations/{destination_id}/pause", dependencies=[Depends(verify_csrf)])
def pause(request: Request, destination_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Send nothing there for now."""
    service.change_destination(runtime, admin.organisation_id, destination_id, actor=admin.user_id, enabled=False)
    return redirect(request, "/destinations", "Paused. Results are kept and can be sent again from a meeting's page.")


@router.post("/destinations/{destination_id}/resume", dependencies=[Depends(verify_csrf)])
def resume(request: Request, destination_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Send there again."""
    service.change_destination(runtime, admin.organisation_id, destination_id, actor=admin.user_id, enabled=True)
    return redirect(request, "/destinations", "Results are sent there again.")


@router.post("/destinations/{destination_id}/rule", dependencies=[Depends(verify_csrf)])
def change_rule(
    request: Request,
    destination_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    rule: Annotated[RuleForm, Depends()],
) -> Response:
    """Change when results are sent there."""
    try:
        service.change_destination(
            runtime, admin.organisation_id, destination_id, actor=admin.user_id, rule=rule.stored()
        )
    except InvalidInput as error:
        return redirect(request, "/destinations", error.message, "bad")
    return redirect(request, "/destinations", "The rule is changed.")


@router.post("/destinations/{destination_id}/delete", dependencies=[Depends(verify_csrf)])
def delete(request: Request, destination_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Stop sending there for good."""
    service.delete_destination(runtime, admin.organisation_id, destination_id, actor=admin.user_id)
    return redirect(request, "/destinations", "Removed. What was written there stays.")


async def _crm_page(request: Request, admin: Member, runtime: Runtime, connection: Connection) -> Response:
    changes = await _provision(runtime, admin, connection.id, dry_run=True)
    return page(
        request,
        "destinations/crm.html",
        member=admin,
        connection=connection,
        name=provider_name(connection.provider),
        changes=changes,
        to_make=[change for change in changes if change.kind != "keep"],
        mapping=_default_mapping(connection.provider),
    )


async def _channel_page(request: Request, admin: Member, runtime: Runtime, connection: Connection) -> Response:
    return page(
        request,
        "destinations/channel.html",
        member=admin,
        connection=connection,
        name=provider_name(connection.provider),
        options=await _targets(runtime, admin, connection.id),
    )


def _create_channel(
    request: Request, admin: Member, runtime: Runtime, connection: Connection, option: TargetOption, rule: RuleForm
) -> Response:
    try:
        new = service.NewDestination(
            connection_id=connection.id, name=option.label, target=dict(option.facts), rule=rule.stored()
        )
        service.create_destination(runtime, admin.organisation_id, new, actor=admin.user_id)
    except InvalidInput as error:
        return redirect(request, f"/destinations/new/{connection.id}", error.message, "bad")
    return redirect(request, "/destinations", f"Messages go to {option.label} from now on.")


async def _provision(runtime: Runtime, admin: Member, connection_id: str, *, dry_run: bool) -> Sequence[Change]:
    async with open_destination(runtime, admin.organisation_id, connection_id) as connector:
        return await connector.provision(dry_run=dry_run)


async def _targets(runtime: Runtime, admin: Member, connection_id: str) -> Sequence[TargetOption]:
    async with open_notifier(runtime, admin.organisation_id, connection_id) as connector:
        return await connector.targets()


def _connection(runtime: Runtime, admin: Member, connection_id: str) -> Connection | None:
    with runtime.database.transaction() as session:
        return Connections(session, admin.organisation_id).get(connection_id)


def _default_mapping(provider: str) -> dict[str, str]:
    connector: Any = registry.connector_class(provider)
    return dict(connector.default_mapping)


def _row(destination: Destination, connection: Connection) -> Row:
    return Row(
        destination=destination,
        connection=connection,
        provider=provider_name(connection.provider),
        is_crm=_can(connection, Capability.DESTINATION),
        rule=rule_in_words(destination.rule),
    )


def rule_in_words(stored: dict[str, object]) -> str:
    """A destination's rule as a sentence."""
    rule = Rule.model_validate(stored)
    parts = []
    if rule.analysis_kinds:
        parts.append(f"it is a {' or '.join(rule.analysis_kinds)}")
    if rule.trust_score_below is not None:
        parts.append(f"the Trust Score is below {rule.trust_score_below:g}")
    if rule.alerts_only:
        parts.append("there is an alert")
    return f"When {' and '.join(parts)}" if parts else "Every result"


def _can(connection: Connection, capability: Capability) -> bool:
    return capability in capabilities(connection.provider)


def _trouble(connection: Connection, error: ConnectorError) -> str:
    return f"{provider_name(connection.provider)} could not do that: {error.message}"
