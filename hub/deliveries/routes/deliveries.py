"""`/v1/deliveries`: what was sent where, how it went, and sending it again."""

import asyncio
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field

from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.api_schemas import Cursor, Identifier, Input, Limit, Listing, error_responses
from hub.deliveries import service
from hub.deliveries.models import Delivery, DeliveryState
from hub.deliveries.repository import Deliveries
from hub.deliveries.routes.views import DeliveryDetails, DeliveryView, attempt_view, delivery_view
from hub.deliveries.service.undoing import UndoReport, undo_delivery
from hub.errors import NotFound
from hub.runtime import Runtime

router = APIRouter(tags=["Deliveries"], route_class=ApiRoute)

Reader = Annotated[Caller, Depends(allow("webhooks:read"))]
Writer = Annotated[Caller, Depends(allow("webhooks:write"))]
Undoer = Annotated[Caller, Depends(allow("destinations:write"))]


class RecoverRequest(Input):
    """Which deliveries to send again: those in this state, created in this time, to this endpoint or destination."""

    since: AwareDatetime
    until: AwareDatetime | None = None
    state: DeliveryState = DeliveryState.DEAD
    endpoint_id: str | None = Field(default=None, max_length=64)
    destination_id: str | None = Field(default=None, max_length=64)


class RestoredRecord(BaseModel):
    """A record whose fields hold their former values again."""

    record: str
    name: str
    fields: list[str]


class LeftField(BaseModel):
    """What was left as it is, and why; `field` is empty where it is the whole record."""

    record: str
    name: str
    field: str
    reason: str


class UndoAnswer(BaseModel):
    """What undoing did. The delivery can be sent again afterwards."""

    delivery: DeliveryView
    summary: str
    restored: list[RestoredRecord]
    left: list[LeftField]
    removed: list[str]


class Recovered(BaseModel):
    """How many deliveries are on their way again."""

    resent: int


@router.get("/deliveries", responses=error_responses())
async def list_all_deliveries(
    runtime: CurrentRuntime,
    caller: Reader,
    state: DeliveryState | None = None,
    meeting_id: Identifier | None = None,
    endpoint_id: Identifier | None = None,
    destination_id: Identifier | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Listing[DeliveryView]:
    """Deliveries, narrowed by what is given."""
    wanted = service.Wanted(state, meeting_id, endpoint_id, destination_id)
    found = await asyncio.to_thread(
        service.list_deliveries, runtime, caller.organisation_id, wanted, limit=limit, cursor=cursor
    )
    return Listing(data=[delivery_view(row) for row in found.rows], next_cursor=found.next_cursor)


@router.get("/deliveries/{delivery_id}", responses=error_responses(404))
async def read_delivery(runtime: CurrentRuntime, caller: Reader, delivery_id: str) -> DeliveryDetails:
    """One delivery with every attempt."""
    row = await asyncio.to_thread(_find, runtime, caller.organisation_id, delivery_id)
    tried = await asyncio.to_thread(service.list_attempts, runtime, caller.organisation_id, delivery_id)
    return DeliveryDetails(**delivery_view(row).model_dump(), attempts=[attempt_view(item) for item in tried])


@router.post("/deliveries/{delivery_id}/resend", status_code=202, responses=error_responses(404, 409))
async def resend(runtime: CurrentRuntime, caller: Writer, delivery_id: str) -> DeliveryView:
    """Send again."""
    row = await asyncio.to_thread(service.replay, runtime, caller.organisation_id, delivery_id, actor=caller.actor)
    return delivery_view(row)


@router.post("/deliveries/{delivery_id}/undo", responses=error_responses(404, 409, 503))
async def undo(runtime: CurrentRuntime, caller: Undoer, delivery_id: str) -> UndoAnswer:
    """Restore what stood in the CRM before, where nobody changed it since, and take away what was logged."""
    return _undone(await undo_delivery(runtime, caller.organisation_id, delivery_id, actor=caller.actor))


@router.post("/deliveries/recover", status_code=202, responses=error_responses())
async def recover(runtime: CurrentRuntime, caller: Writer, body: RecoverRequest) -> Recovered:
    """Send again what failed in a time, such as while your endpoint was down; at most a thousand at a call."""
    wanted = service.Wanted(**body.model_dump())
    resent = await asyncio.to_thread(service.recover, runtime, caller.organisation_id, wanted, actor=caller.actor)
    return Recovered(resent=resent)


def _undone(report: UndoReport) -> UndoAnswer:
    return UndoAnswer(
        delivery=delivery_view(report.delivery),
        summary=report.summary,
        restored=[RestoredRecord(record=key, name=name, fields=list(fields)) for key, name, fields in report.restored],
        left=[LeftField(**asdict(each)) for each in report.left],
        removed=list(report.removed),
    )


def _find(runtime: Runtime, organisation_id: str, delivery_id: str) -> Delivery:
    with runtime.database.transaction() as session:
        found = Deliveries(session, organisation_id).get(delivery_id)
    if found is None:
        raise NotFound("There is no such delivery.")
    return found
