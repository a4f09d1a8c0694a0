"""Webhook endpoints: subscribe, prove, rotate, pause."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from hub.accounts.dependencies import CurrentAdmin, CurrentMember, CurrentRuntime, Member, verify_csrf
from hub.console.errors import not_found
from hub.console.rendering import page, redirect
from hub.deliveries import service
from hub.deliveries.messages import EVENT_TYPES
from hub.errors import InvalidInput, NotFound
from hub.runtime import Runtime

router = APIRouter()
_CHANGED: Final = "Saved. Events go there from now on, also those still being tried again, signed with the same secret."
_PAUSED: Final = "Paused. Events that happen meanwhile are not sent to it; what is already on its way is still tried."


def _asked(
    url: Annotated[str, Form()] = "",
    description: Annotated[str, Form()] = "",
    event_types: Annotated[tuple[str, ...], Form()] = (),
) -> service.NewEndpoint:
    """What the form for an endpoint says."""
    return service.NewEndpoint(url=url.strip(), description=description.strip(), event_types=event_types)


Asked = Annotated[service.NewEndpoint, Depends(_asked)]


@router.get("/webhooks")
def webhooks(request: Request, member: CurrentMember, runtime: CurrentRuntime) -> Response:
    """Every endpoint with its state, and the form for another one."""
    return _list(request, member, runtime)


@router.post("/webhooks", dependencies=[Depends(verify_csrf)])
def create(request: Request, admin: CurrentAdmin, runtime: CurrentRuntime, new: Asked) -> Response:
    """Subscribe an address and show its secret, once."""
    try:
        endpoint, secret = service.create_endpoint(runtime, admin.organisation_id, new, actor=admin.user_id)
    except InvalidInput as error:
        return _list(request, admin, runtime, typed=new, error=error.message)
    return page(request, "webhooks/secret.html", member=admin, endpoint_url=endpoint.url, secret=secret, rotated=False)


@router.post("/webhooks/{endpoint_id}/change", dependencies=[Depends(verify_csrf)])
def change(request: Request, endpoint_id: str, admin: CurrentAdmin, runtime: CurrentRuntime, wanted: Asked) -> Response:
    """Another address, purpose or choice of events; the secret stays."""
    try:
        service.change_endpoint(runtime, admin.organisation_id, endpoint_id, actor=admin.user_id, **vars(wanted))
    except NotFound:
        return not_found(request)
    except InvalidInput as error:
        return _list(request, admin, runtime, typed=wanted, error=error.message, wrong=endpoint_id)
    return redirect(request, "/webhooks", _CHANGED)


@router.post("/webhooks/{endpoint_id}/rotate", dependencies=[Depends(verify_csrf)])
def rotate(request: Request, endpoint_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Make a new secret and show it, once; the old one keeps signing beside it until the next rotation."""
    secret = service.rotate_endpoint_secret(runtime, admin.organisation_id, endpoint_id, actor=admin.user_id)
    url = next(each.url for each in service.list_endpoints(runtime, admin.organisation_id) if each.id == endpoint_id)
    return page(request, "webhooks/secret.html", member=admin, endpoint_url=url, secret=secret, rotated=True)


@router.post("/webhooks/{endpoint_id}/test", dependencies=[Depends(verify_csrf)])
def test(request: Request, endpoint_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Send a harmless event; the deliveries page shows how it went."""
    delivery = service.send_test_event(runtime, admin.organisation_id, endpoint_id)
    return redirect(request, f"/deliveries#{delivery.id}", "A test event is on its way.", "note")


@router.post("/webhooks/{endpoint_id}/pause", dependencies=[Depends(verify_csrf)])
def pause(request: Request, endpoint_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Announce nothing further there for now."""
    service.pause_endpoint(runtime, admin.organisation_id, endpoint_id, actor=admin.user_id)
    return redirect(request, "/webhooks", _PAUSED)


@router.post("/webhooks/{endpoint_id}/resume", dependencies=[Depends(verify_csrf)])
def resume(request: Request, endpoint_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Send there again."""
    service.resume_endpoint(runtime, admin.organisation_id, endpoint_id, actor=admin.user_id)
    return redirect(request, "/webhooks", "Events are sent there again, from the next one on.")


@router.post("/webhooks/{endpoint_id}/delete", dependencies=[Depends(verify_csrf)])
def delete(request: Request, endpoint_id: str, admin: CurrentAdmin, runtime: CurrentRuntime) -> Response:
    """Forget the endpoint."""
    service.delete_endpoint(runtime, admin.organisation_id, endpoint_id, actor=admin.user_id)
    return redirect(request, "/webhooks", "The endpoint is removed.")


def _list(
    request: Request,
    member: Member,
    runtime: Runtime,
    *,
    typed: service.NewEndpoint | None = None,
    error: str = "",
    wrong: str = "",
) -> Response:
    return page(
        request,
        "webhooks/list.html",
        member=member,
        status=422 if error else 200,
        endpoints=service.list_endpoints(runtime, member.organisation_id),
        event_types=EVENT_TYPES,
        typed=typed or service.NewEndpoint(url=""),
        blank=service.NewEndpoint(url=""),
        error=error,
        wrong=wrong,
    )
