"""`/v1/destinations/{id}/mapping`: which figure goes into which field, and what the CRM has to have for it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from connectors.base.crm import TargetField
from connectors.base.records import Change
from hub.accounts.api_access import Caller, allow
from hub.accounts.api_route import ApiRoute
from hub.accounts.dependencies import CurrentRuntime
from hub.api_schemas import Input, error_responses
from hub.crm.service.mapping import MappedFigure, MappingView, change_mapping, read_mapping, reset_mapping
from hub.crm.service.provisioning import provision

router = APIRouter(prefix="/destinations/{destination_id}", tags=["Destinations"], route_class=ApiRoute)

Reader = Annotated[Caller, Depends(allow("destinations:read"))]
Writer = Annotated[Caller, Depends(allow("destinations:write"))]


class FieldChoice(BaseModel):
    """A field that can hold a figure. `exists` is false for fields of ours that the set-up would make."""

    name: str
    label: str
    type: str
    exists: bool


class FigureMapping(BaseModel):
    """Where one figure goes: `key` is how a mapping names it; `problem` says why it can't go there."""

    key: str
    figure: str
    label: str
    kind: str
    field: str = Field(description="Empty when the figure is not written.")
    problem: str
    choices: list[FieldChoice]


class TypeFigures(BaseModel):
    """The figures of one record type, or of what is logged for the call itself."""

    type: str
    is_activity: bool
    figures: list[FigureMapping]
    settings: dict[str, str] = Field(description="What else a mapping may name for this type, by key.")


class MappingAnswer(BaseModel):
    """A destination's mapping beside the CRM's own fields."""

    is_default: bool
    mapping: dict[str, str]
    types: list[TypeFigures]


class MappingRequest(Input):
    """The whole mapping: a field by `figure` or `Type.figure`. An empty field leaves the figure out."""

    mapping: dict[str, str] = Field(
        max_length=200, examples=[{"Contact.trust_score": "EchoDepth_Trust_Score__c", "Lead.trust_score": ""}]
    )


class ProvisionRequest(Input):
    """Whether to only list what would be made."""

    dry_run: bool = True


class ProvisionChange(BaseModel):
    """One change to the CRM's set-up: `create`, `update`, `keep`, or `by_hand` for what a person has to do there."""

    kind: str
    what: str
    name: str
    detail: str


class ProvisionAnswer(BaseModel):
    """The changes that the mapping needs, in order."""

    data: list[ProvisionChange]


@router.get("/mapping", responses=error_responses(404, 409, 503))
async def read_field_mapping(runtime: CurrentRuntime, caller: Reader, destination_id: str) -> MappingAnswer:
    """Where each figure goes, whether it fits there, and which fields could take it, asked of the CRM now."""
    return _answer(await read_mapping(runtime, caller.organisation_id, destination_id))


@router.put("/mapping", responses=error_responses(404, 409, 503))
async def change_field_mapping(
    runtime: CurrentRuntime, caller: Writer, destination_id: str, body: MappingRequest
) -> ProvisionAnswer:
    """Replace the mapping. It is kept only if every figure fits; fields of ours that it needs are made in the CRM."""
    organisation_id = caller.organisation_id
    changes = await change_mapping(runtime, organisation_id, destination_id, body.mapping, actor=caller.actor)
    return _changes(changes)


@router.delete("/mapping", responses=error_responses(404, 409, 503))
async def reset_field_mapping(runtime: CurrentRuntime, caller: Writer, destination_id: str) -> ProvisionAnswer:
    """Back to the default mapping."""
    return _changes(await reset_mapping(runtime, caller.organisation_id, destination_id, actor=caller.actor))


@router.post("/provision", responses=error_responses(404, 409, 503))
async def provision_fields(
    runtime: CurrentRuntime, caller: Writer, destination_id: str, body: ProvisionRequest
) -> ProvisionAnswer:
    """Make, or only list, what the CRM has to have for the mapping: fields and the right to see them."""
    changes = await provision(runtime, caller.organisation_id, destination_id, actor=caller.actor, dry_run=body.dry_run)
    return _changes(changes)


def _answer(view: MappingView) -> MappingAnswer:
    types = [
        TypeFigures(
            type=each.type,
            is_activity=each.is_activity,
            figures=[_figure(row) for row in each.rows],
            settings={extra.key: extra.value for extra in each.extras},
        )
        for each in view.types
    ]
    return MappingAnswer(is_default=view.is_default, mapping=view.destination.mapping, types=types)


def _figure(row: MappedFigure) -> FigureMapping:
    return FigureMapping(
        key=row.key,
        figure=row.spec.name,
        label=row.spec.label,
        kind=row.spec.kind,
        field=row.field,
        problem=row.problem,
        choices=[_choice(field) for field in row.choices],
    )


def _choice(field: TargetField) -> FieldChoice:
    return FieldChoice(name=field.name, label=field.label, type=field.type, exists=field.made)


def _changes(changes: Sequence[Change]) -> ProvisionAnswer:
    data = [ProvisionChange(kind=each.kind, what=each.what, name=each.name, detail=each.detail) for each in changes]
    return ProvisionAnswer(data=data)
