"""`/v1/webhook-endpoints` and `/v1/event-types`: who is told about what."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.api_schemas import Cursor, Input, Limit, Listing, error_responses
from hub.deliveries import service
from hub.deliveries.messages import EVENT_TYPES
from hub.deliveries.models import PAUSED, WebhookEndpoint
from hub.deliveries.repository import Endpoints
from hub.deliveries.routes.views import DeliveryView, delivery_view
from hub.errors import NotFound
from hub.kit.pagination import Page, page
from hub.runtime import Runtime

router = APIRouter(tags=["Webhooks"], route_class=ApiRoute)

Reader = Annotated[Caller, Depends(allow("webhooks:read"))]
Writer = Annotated[Caller, Depends(allow("webhooks:write"))]


class EventType(BaseModel):
    """Something that can be announced."""

    name: str = Field(examples=["analysis.completed"])
    description: str


class EndpointView(BaseModel):
    """A subscriber. No event types means all."""

    id: str
    url: str
    description: str
    event_types: list[str]
    enabled: bool
    disabled_reason: str
    created_at: datetime


class CreatedEndpoint(EndpointView):
    """A subscriber with its secret, which is shown this once."""

    secret: str = Field(examples=["whsec_..."])


class EndpointRequest(Input):
    """Whom to tell about what."""

    url: str = Field(min_length=1, max_length=2048, examples=["https://your-app.example/webhooks/echodepth"])
    description: str = Field(default="", max_length=200)
    event_types: list[str] = Field(default_factory=list, max_length=50, examples=[["analysis.completed"]])


class EndpointChange(Input):
    """What to change; the rest stays."""

    url: str | None = Field(default=None, min_length=1, max_length=2048)
    description: str | None = Field(default=None, max_length=200)
    event_types: list[str] | None = Field(default=None, max_length=50, description="An empty list means all.")


class Secret(BaseModel):
    """A fresh secret, shown this once. Messages carry signatures by the former one too, until the next rotation."""

    secret: str


@router.get("/event-types", responses=error_responses())
async def list_event_types(_caller: Reader) -> Listing[EventType]:
    """Every event that can be announced."""
    found = [EventType(name=name, description=text) for name, text in EVENT_TYPES.items()]
    return Listing(data=found)


@router.get("/webhook-endpoints", responses=error_responses())
async def list_webhook_endpoints(
    runtime: CurrentRuntime, caller: Reader, limit: Limit = 50, cursor: Cursor = None
) -> Listing[EndpointView]:
    """Every subscriber."""
    found = await asyncio.to_thread(_page, runtime, caller.organisation_id, limit, cursor)
    return Listing(data=[_view(row) for row in found.rows], next_cursor=found.next_cursor)


@router.post("/webhook-endpoints", status_code=201, responses=error_responses())
async def create_webhook_endpoint(runtime: CurrentRuntime, caller: Writer, body: EndpointRequest) -> CreatedEndpoint:
    """Subscribe an address. The answer shows the secret that signs its messages, once."""
    new = service.NewEndpoint(body.url, body.description, tuple(body.event_types))
    row, secret = await asyncio.to_thread(
        service.create_endpoint, runtime, caller.organisation_id, new, actor=caller.actor
    )
    return CreatedEndpoint(**_view(row).model_dump(), secret=secret)


@router.get("/webhook-endpoints/{endpoint_id}", responses=error_responses(404))
async def read_webhook_endpoint(runtime: CurrentRuntime, caller: Reader, endpoint_id: str) -> EndpointView:
    """One subscriber."""
    return _view(await asyncio.to_thread(_find, runtime, caller.organisation_id, endpoint_id))


@router.patch("/webhook-endpoints/{endpoint_id}", responses=error_responses(404))
async def change_webhook_endpoint(
    runtime: CurrentRuntime, caller: Writer, endpoint_id: str, body: EndpointChange
) -> EndpointView:
    """Change address, description or event types. The secret stays; what is on its way goes to the new address."""
    row = await asyncio.to_thread(
        service.change_endpoint,
        runtime,
        caller.organisation_id,
        endpoint_id,
        actor=caller.actor,
        **body.model_dump(),
    )
    return _view(row)


@router.delete("/webhook-endpoints/{endpoint_id}", status_code=204, responses=error_responses(404))
async def delete_webhook_endpoint(runtime: CurrentRuntime, caller: Writer, endpoint_id: str) -> None:
    """Unsubscribe."""
    await asyncio.to_thread(service.delete_endpoint, runtime, caller.organisation_id, endpoint_id, actor=caller.actor)


@router.post("/webhook-endpoints/{endpoint_id}/rotate", responses=error_responses(404))
async def rotate_secret(runtime: CurrentRuntime, caller: Writer, endpoint_id: str) -> Secret:
    """Make a new secret."""
    secret = await asyncio.to_thread(
        service.rotate_endpoint_secret, runtime, caller.organisation_id, endpoint_id, actor=caller.actor
    )
    return Secret(secret=secret)


@router.post("/webhook-endpoints/{endpoint_id}/test", status_code=202, responses=error_responses(404))
async def send_test(runtime: CurrentRuntime, caller: Writer, endpoint_id: str) -> DeliveryView:
    """Send a harmless event to this subscriber alone."""
    row = await asyncio.to_thread(service.send_test_event, runtime, caller.organisation_id, endpoint_id)
    return delivery_view(row)


@router.post("/webhook-endpoints/{endpoint_id}/pause", responses=error_responses(404))
async def pause(runtime: CurrentRuntime, caller: Writer, endpoint_id: str) -> EndpointView:
    """Announce no further events there until it is resumed. What is already on its way is still tried."""
    row = await asyncio.to_thread(
        service.pause_endpoint,
        runtime,
        caller.organisation_id,
        endpoint_id,
        actor=caller.actor,
        reason=f"{PAUSED} an API key",
    )
    return _view(row)


@router.post("/webhook-endpoints/{endpoint_id}/resume", responses=error_responses(404))
async def resume(runtime: CurrentRuntime, caller: Writer, endpoint_id: str) -> EndpointView:
    """Send there again, from the next event on."""
    row = await asyncio.to_thread(
        service.resume_endpoint, runtime, caller.organisation_id, endpoint_id, actor=caller.actor
    )
    return _view(row)


def _view(row: WebhookEndpoint) -> EndpointView:
    return EndpointView.model_validate(row.model_dump())


def _page(runtime: Runtime, organisation_id: str, limit: int, cursor: str | None) -> Page[WebhookEndpoint]:
    with runtime.database.transaction() as session:
        return page(Endpoints(session, organisation_id), limit=limit, cursor=cursor)


def _find(runtime: Runtime, organisation_id: str, endpoint_id: str) -> WebhookEndpoint:
    with runtime.database.transaction() as session:
        found = Endpoints(session, organisation_id).get(endpoint_id)
    if found is None:
        raise NotFound("There is no such webhook endpoint.")
    return found
