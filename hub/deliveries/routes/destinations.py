"""`/v1/destinations`: which connection takes results, where inside it, under which rule, into which fields."""

import asyncio
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from connectors.base.crm import FieldChange, PlannedRecord
from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.api_schemas import Cursor, Input, Limit, Listing, error_responses
from hub.crm.service.mapping import change_mapping
from hub.crm.service.rehearsing import dry_run
from hub.deliveries import service
from hub.deliveries.models import Destination
from hub.deliveries.repository import Destinations
from hub.errors import NotFound
from hub.kit.pagination import Page, page
from hub.runtime import Runtime

router = APIRouter(prefix="/destinations", tags=["Destinations"], route_class=ApiRoute)

Reader = Annotated[Caller, Depends(allow("destinations:read"))]
Writer = Annotated[Caller, Depends(allow("destinations:write"))]


class DestinationView(BaseModel):
    """Where results go. An empty rule takes everything; an empty mapping is the connector's own."""

    id: str
    connection_id: str
    name: str
    enabled: bool
    target: dict[str, str]
    rule: dict[str, Any]
    mapping: dict[str, str]
    policy: dict[str, Any] = Field(description="How far records are looked for; what is missing is as usual.")
    created_at: datetime


class DestinationRequest(Input):
    """A new destination."""

    connection_id: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=100)
    target: dict[str, str] = Field(default_factory=dict, max_length=20)
    rule: dict[str, Any] = Field(
        default_factory=dict, max_length=20, examples=[{"trust_score_below": 60, "alerts_only": False}]
    )
    mapping: dict[str, str] = Field(
        default_factory=dict, max_length=100, examples=[{"trust_score": "EchoDepth_Trust_Score__c"}]
    )
    policy: dict[str, Any] = Field(
        default_factory=dict,
        max_length=20,
        examples=[{"leads": True, "closed_deals": False, "internal_meetings": "activity"}],
    )


class DestinationChange(Input):
    """What to change; the rest stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)
    enabled: bool | None = None
    target: dict[str, str] | None = Field(default=None, max_length=20)
    rule: dict[str, Any] | None = Field(default=None, max_length=20)
    mapping: dict[str, str] | None = Field(
        default=None, max_length=100, description="Checked against the CRM's fields before it is kept."
    )
    policy: dict[str, Any] | None = Field(default=None, max_length=20)


class DryRunRequest(Input):
    """Which meeting's result to try, and with which field mapping in place of the destination's own."""

    meeting_id: str = Field(min_length=1, max_length=64)
    mapping: dict[str, str] | None = Field(default=None, max_length=100)


class FieldValue(BaseModel):
    """One field of a record: what stands there, and what would."""

    field: str
    label: str
    before: Any
    after: Any
    is_change: bool


class RecordChange(BaseModel):
    """What would happen to one record, and why to that one."""

    record_type: str
    record_id: str
    record_name: str
    record_url: str
    reason: str
    action: str
    values: dict[str, Any]
    outcome: str = Field(description="`create`, `update`, `link` (the call is linked to it) or `skip`.")
    changes: list[FieldValue]


class DryRun(BaseModel):
    """What a delivery would write; nothing was sent. `skipped` says why nothing would be sent at all."""

    data: list[RecordChange]
    skipped: str
    api_calls: int = Field(description="How many calls to the CRM's API the delivery would make.")
    notes: list[str]


@router.get("", responses=error_responses())
async def list_all_destinations(
    runtime: CurrentRuntime, caller: Reader, limit: Limit = 50, cursor: Cursor = None
) -> Listing[DestinationView]:
    """Every destination."""
    found = await asyncio.to_thread(_page, runtime, caller.organisation_id, limit, cursor)
    return Listing(data=[_view(row) for row in found.rows], next_cursor=found.next_cursor)


@router.post("", status_code=201, responses=error_responses(404))
async def create(runtime: CurrentRuntime, caller: Writer, body: DestinationRequest) -> DestinationView:
    """Start sending results somewhere."""
    new = service.NewDestination(body.connection_id, body.name, body.target, body.rule, body.mapping, body.policy)
    row = await asyncio.to_thread(service.create_destination, runtime, caller.organisation_id, new, actor=caller.actor)
    return _view(row)


@router.get("/{destination_id}", responses=error_responses(404))
async def read(runtime: CurrentRuntime, caller: Reader, destination_id: str) -> DestinationView:
    """One destination."""
    return _view(await asyncio.to_thread(_find, runtime, caller.organisation_id, destination_id))


@router.patch("/{destination_id}", responses=error_responses(404, 409, 503))
async def change(
    runtime: CurrentRuntime, caller: Writer, destination_id: str, body: DestinationChange
) -> DestinationView:
    """Change name, rule, target, mapping, policy, or switch it on and off."""
    if body.mapping is not None:
        await change_mapping(runtime, caller.organisation_id, destination_id, body.mapping, actor=caller.actor)
    row = await asyncio.to_thread(
        service.change_destination,
        runtime,
        caller.organisation_id,
        destination_id,
        actor=caller.actor,
        **body.model_dump(exclude={"mapping"}),
    )
    return _view(row)


@router.delete("/{destination_id}", status_code=204, responses=error_responses(404))
async def delete(runtime: CurrentRuntime, caller: Writer, destination_id: str) -> None:
    """Stop sending there."""
    await asyncio.to_thread(
        service.delete_destination, runtime, caller.organisation_id, destination_id, actor=caller.actor
    )


@router.post("/{destination_id}/dry-run", responses=error_responses(404, 409, 503))
async def try_destination(runtime: CurrentRuntime, caller: Reader, destination_id: str, body: DryRunRequest) -> DryRun:
    """What delivering a meeting's result would write, record by record and field by field. The CRM is only read."""
    tried = await dry_run(runtime, caller.organisation_id, destination_id, body.meeting_id, body.mapping)
    return DryRun(
        data=[_change(each, tried.reason_of(each)) for each in tried.records],
        skipped=tried.skipped,
        api_calls=tried.calls,
        notes=list(tried.notes),
    )


def _view(row: Destination) -> DestinationView:
    return DestinationView.model_validate(row.model_dump())


def _change(planned: PlannedRecord, reason: str) -> RecordChange:
    return RecordChange(
        record_type=planned.type,
        record_id=planned.id,
        record_name=planned.name,
        record_url=planned.url,
        reason=reason,
        action=planned.note,
        values={change.field: change.after for change in planned.changes},
        outcome=planned.action,
        changes=[_field_value(change) for change in planned.changes],
    )


def _field_value(change: FieldChange) -> FieldValue:
    return FieldValue(
        field=change.field, label=change.label, before=change.before, after=change.after, is_change=change.is_change
    )


def _page(runtime: Runtime, organisation_id: str, limit: int, cursor: str | None) -> Page[Destination]:
    with runtime.database.transaction() as session:
        return page(Destinations(session, organisation_id), limit=limit, cursor=cursor)


def _find(runtime: Runtime, organisation_id: str, destination_id: str) -> Destination:
    with runtime.database.transaction() as session:
        found = Destinations(session, organisation_id).get(destination_id)
    if found is None:
        raise NotFound("There is no such destination.")
    return found
