"""A CRM destination's field mapping and policies: shown beside the CRM's own fields, changed, put back."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from connectors.base.mapping import CATALOGUE
from connectors.base.records import ChangeKind
from hub.accounts.dependencies import CurrentAdmin, CurrentRuntime, Member, verify_csrf
from hub.console.errors import not_found
from hub.console.providers import provider_name
from hub.console.rendering import page, redirect
from hub.crm.policies import InternalMeetings, Policy
from hub.crm.service.mapping import change_mapping, crm_of, read_mapping, reset_mapping
from hub.deliveries import service
from hub.errors import Conflict, HubError, InvalidInput, NotFound, Unavailable
from hub.runtime import Runtime

router = APIRouter()

_TROUBLES = (Conflict, Unavailable)


@router.get("/destinations/{destination_id}/mapping")
async def show_mapping(request: Request, destination_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Every figure with the field it goes to, and the fields that could take it."""
    return await _mapping_page(request, runtime, admin, destination_id)


@router.post("/destinations/{destination_id}/mapping", dependencies=[Depends(verify_csrf)])
async def save_mapping(request: Request, destination_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Keep the mapping if every figure fits; otherwise the page says by row what does not."""
    mapping = _typed(await request.form())
    try:
        changes = await change_mapping(runtime, admin.organisation_id, destination_id, mapping, actor=admin.user_id)
    except InvalidInput as error:
        return await _mapping_page(request, runtime, admin, destination_id, mapping, error)
    except NotFound:
        return not_found(request)
    except _TROUBLES as error:
        return redirect(request, f"/destinations/{destination_id}/mapping", error.message, "bad")
    made = sum(change.kind in {ChangeKind.CREATE, ChangeKind.UPDATE} for change in changes)
    text = f"Saved. {made} changes were made in the CRM first." if made else "Saved. Results use it from now on."
    return redirect(request, f"/destinations/{destination_id}/mapping", text)


@router.post("/destinations/{destination_id}/mapping/reset", dependencies=[Depends(verify_csrf)])
async def put_back(request: Request, destination_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Back to the default mapping."""
    back = f"/destinations/{destination_id}/mapping"
    try:
        await reset_mapping(runtime, admin.organisation_id, destination_id, actor=admin.user_id)
    except NotFound:
        return not_found(request)
    except (*_TROUBLES, InvalidInput) as error:
        return redirect(request, back, error.message, "bad")
    return redirect(request, back, "The default mapping is back.")


@router.post("/destinations/{destination_id}/policy", dependencies=[Depends(verify_csrf)])
def save_policy(
    request: Request,
    destination_id: str,
    admin: CurrentAdmin,
    runtime: CurrentRuntime,
    leads: Annotated[bool, Form()] = False,
    closed_deals: Annotated[bool, Form()] = False,
    internal_meetings: Annotated[str, Form()] = InternalMeetings.ACTIVITY.value,
) -> Response:
    """How far records are looked for."""
    try:
        crm_of(runtime, admin.organisation_id, destination_id)
        policy = {"leads": leads, "closed_deals": closed_deals, "internal_meetings": internal_meetings}
        service.change_destination(runtime, admin.organisation_id, destination_id, actor=admin.user_id, policy=policy)
    except NotFound:
        return not_found(request)
    except InvalidInput as error:
        return redirect(request, "/destinations", error.message, "bad")
    return redirect(request, "/destinations", "Saved. The next meetings are looked for that way.")


def _typed(form: Mapping[str, Any]) -> dict[str, str]:
    """The mapping as typed: figures that go nowhere are named, further settings only where they are set."""
    values = {key: str(value).strip() for key, value in form.items() if key != "csrf_token"}
    return {key: value for key, value in values.items() if value or key.rpartition(".")[2] in CATALOGUE}


def policy_of(stored: Mapping[str, Any]) -> Policy:
    """A destination's policy as the form shows it."""
    return Policy.model_validate(stored)


async def _mapping_page(
    request: Request,
    runtime: Runtime,
    admin: Member,
    destination_id: str,
    tried: Mapping[str, str] | None = None,
    error: HubError | None = None,
) -> Response:
    try:
        view = await read_mapping(runtime, admin.organisation_id, destination_id, tried)
    except NotFound:
        return not_found(request)
    except _TROUBLES as trouble:
        return await asyncio.to_thread(_unreadable, request, runtime, admin, destination_id, trouble)
    return page(
        request,
        "destinations/fields.html",
        member=admin,
        view=view,
        name=provider_name(view.provider),
        status=422 if error else 200,
        error=error,
    )


def _unreadable(request: Request, runtime: Runtime, admin: Member, destination_id: str, trouble: HubError) -> Response:
    destination, connection = crm_of(runtime, admin.organisation_id, destination_id)
    return page(
        request,
        "destinations/unreadable.html",
        member=admin,
        destination=destination,
        name=provider_name(connection.provider),
        trouble=trouble.message,
    )
