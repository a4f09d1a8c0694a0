"""Where results go: a CRM with its fields, or a channel with its rule."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from connectors.base.manifest import Capability
from hub.accounts.dependencies import CurrentAdmin, CurrentMember, CurrentRuntime, Member, verify_csrf
from hub.connections.models import Connection, ConnectionState
from hub.connections.repository import ConnectionRepository
from hub.console.mapping import policy_of
from hub.console.providers import capabilities, provider_name
from hub.console.rendering import page, redirect
from hub.console.rules import ALERT_KINDS, RuleForm, remedies, rule_in_words
from hub.crm.policies import Policy
from hub.deliveries import service
from hub.deliveries.models import Destination
from hub.deliveries.repository import Destinations
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
    policy: Policy


@dataclass(frozen=True)
class RefusedRule:
    """A rule as it was typed, and what to do about it by field."""

    destination_id: str
    rule: dict[str, object]
    wrong: dict[str, str]


@router.get("/destinations")
def destinations(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """What results go to now, and which connections could take them."""
    return _list(request, member, runtime)


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
        return _list(request, admin, runtime, RefusedRule(destination_id, rule.typed(), remedies(error)))
    return redirect(request, "/destinations", "The rule is changed.")


@router.post("/destinations/{destination_id}/delete", dependencies=[Depends(verify_csrf)])
def delete(request: Request, destination_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Stop sending there for good."""
    service.delete_destination(runtime, admin.organisation_id, destination_id, actor=admin.user_id)
    return redirect(request, "/destinations", "Removed. What was written there stays.")


def _list(request: Request, member: Member, runtime: Runtime, refused: RefusedRule | None = None) -> Response:
    with runtime.database.transaction() as session:
        found = Destinations(session, member.organisation_id).all()
        linked = {row.id: row for row in ConnectionRepository(session, member.organisation_id).all()}
    rows = [_row(each, linked[each.connection_id]) for each in found]
    taken = {row.connection.id for row in rows if row.is_crm}
    active = [each for each in linked.values() if each.state == ConnectionState.ACTIVE]
    return page(
        request,
        "destinations/list.html",
        member=member,
        status=422 if refused else 200,
        refused=refused,
        rows=rows,
        crms=[each for each in active if _can(each, Capability.DESTINATION) and each.id not in taken],
        channels=[each for each in active if _can(each, Capability.NOTIFIER)],
        provider_name=provider_name,
        alert_kinds=ALERT_KINDS,
    )


def _row(destination: Destination, connection: Connection) -> Row:
    return Row(
        destination=destination,
        connection=connection,
        provider=provider_name(connection.provider),
        is_crm=_can(connection, Capability.DESTINATION),
        rule=rule_in_words(destination.rule),
        policy=policy_of(destination.policy),
    )


def _can(connection: Connection, capability: Capability) -> bool:
    return capability in capabilities(connection.provider)
