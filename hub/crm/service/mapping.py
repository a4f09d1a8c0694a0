"""A destination's field mapping: shown against the CRM's own fields, changed, and put back to the default."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from connectors import registry
from connectors.base.crm import TargetField
from connectors.base.manifest import Capability
from connectors.base.mapping import CATALOGUE, FigureSpec, Resolved, problems, resolve, suitable, unknown_keys
from connectors.base.records import Change
from hub.accounts import audit
from hub.connections.access import open_destination
from hub.connections.models import Connection
from hub.crm.told import told
from hub.deliveries.models import Destination
from hub.deliveries.repository import Destinations
from hub.errors import InvalidInput, NotFound
from hub.runtime import Runtime


@dataclass(frozen=True)
class MappedFigure:
    """One row: where a figure goes (empty: nowhere), what is wrong with that, and where it could go."""

    key: str
    spec: FigureSpec
    field: str
    problem: str
    choices: tuple[TargetField, ...]


@dataclass(frozen=True)
class Extra:
    """A setting beside the figures."""

    key: str
    label: str
    value: str


@dataclass(frozen=True)
class TypeMapping:
    """All rows of one record type; `is_activity` for what is logged for the call itself."""

    type: str
    is_activity: bool
    rows: tuple[MappedFigure, ...]
    extras: tuple[Extra, ...]

    @property
    def written(self) -> int:
        """How many figures go somewhere."""
        return sum(bool(row.field) for row in self.rows)

    @property
    def wrong(self) -> int:
        """How many of them do not fit."""
        return sum(bool(row.problem) for row in self.rows)


@dataclass(frozen=True)
class MappingView:
    """A destination's mapping beside the CRM's fields."""

    destination: Destination
    provider: str
    types: tuple[TypeMapping, ...]
    is_default: bool


async def read_mapping(
    runtime: Runtime, organisation_id: str, destination_id: str, tried: Mapping[str, str] | None = None
) -> MappingView:
    """The mapping with what the CRM says about it; `tried` is shown in place of the stored one.

    Raises `NotFound` for the destination and the errors of `hub.crm.told`.
    """
    destination, connection = await asyncio.to_thread(crm_of, runtime, organisation_id, destination_id)
    fields = await _fields(runtime, connection)
    mapping = destination.mapping if tried is None else tried
    return _view(destination, connection, mapping, fields)


async def change_mapping(
    runtime: Runtime, organisation_id: str, destination_id: str, mapping: Mapping[str, str], *, actor: str
) -> Sequence[Change]:
    """Store the mapping once every row fits; fields of ours that it needs and that are missing are made.

    Raises `InvalidInput`, whose `fields` say by key what is wrong, `NotFound`, and the errors of `hub.crm.told`.
    """
    _, connection = await asyncio.to_thread(crm_of, runtime, organisation_id, destination_id)
    connector = _connector(connection)
    _require_known(mapping, connector)
    resolved = _resolved(mapping, connector)
    _require_fit(problems(resolved, await _fields(runtime, connection)))
    stored = _compact(mapping, connector)
    with told():
        async with open_destination(runtime, organisation_id, connection.id) as crm:
            changes = await crm.provision(dry_run=False, mapping=stored)
    await asyncio.to_thread(_store, runtime, organisation_id, destination_id, stored, actor)
    return changes


async def reset_mapping(runtime: Runtime, organisation_id: str, destination_id: str, *, actor: str) -> Sequence[Change]:
    """Back to the connector's own mapping. Raises as `change_mapping`."""
    return await change_mapping(runtime, organisation_id, destination_id, {}, actor=actor)


def crm_of(runtime: Runtime, organisation_id: str, destination_id: str) -> tuple[Destination, Connection]:
    """A destination that is a CRM, and its connection. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        destination = Destinations(session, organisation_id).get(destination_id)
        connection = session.get(Connection, destination.connection_id) if destination else None
    if destination is None or connection is None or not is_crm(connection):
        raise NotFound("There is no such destination with a field mapping.")
    return destination, connection


def is_crm(connection: Connection) -> bool:
    """Whether results are written to records there."""
    return registry.manifest(connection.provider).can(Capability.DESTINATION)


def _connector(connection: Connection) -> Any:
    return registry.connector_class(connection.provider)


async def _fields(runtime: Runtime, connection: Connection) -> Mapping[str, Sequence[TargetField]]:
    with told():
        async with open_destination(runtime, connection.organisation_id, connection.id) as crm:
            return await crm.fields()


def _view(
    destination: Destination,
    connection: Connection,
    mapping: Mapping[str, str],
    fields: Mapping[str, Sequence[TargetField]],
) -> MappingView:
    connector = _connector(connection)
    resolved = _resolved(mapping, connector)
    wrong = problems(resolved, fields)
    types = tuple(
        _type_view(kind, row, wrong, fields.get(kind, ()), mapping, connector) for kind, row in resolved.items()
    )
    return MappingView(destination, connection.provider, types, not _compact(mapping, connector))


def _type_view(
    kind: str,
    row: Mapping[str, str],
    wrong: Mapping[str, str],
    fields: Sequence[TargetField],
    mapping: Mapping[str, str],
    connector: Any,
) -> TypeMapping:
    keys = {figure: f"{kind}.{figure}" for figure in CATALOGUE}
    rows = tuple(
        MappedFigure(keys[name], spec, row.get(name, ""), wrong.get(keys[name], ""), tuple(suitable(name, fields)))
        for name, spec in CATALOGUE.items()
    )
    is_activity = kind in connector.activity_types
    extras = {} if is_activity else connector.mapping_extras
    found = tuple(Extra(f"{kind}.{name}", text, mapping.get(f"{kind}.{name}", "")) for name, text in extras.items())
    return TypeMapping(kind, is_activity, rows, found)


def _resolved(mapping: Mapping[str, str], connector: Any) -> Resolved:
    return resolve(mapping, connector.default_mapping, record_types(connector), connector.activity_types)


def record_types(connector: Any) -> tuple[str, ...]:
    """The record types that take figures, in a fixed order."""
    return tuple(sorted(connector.figure_types))


def _compact(mapping: Mapping[str, str], connector: Any) -> dict[str, str]:
    """What to store: nothing for what is the default anyway."""
    extras = {
        key: value for key, value in mapping.items() if key.rpartition(".")[2] in connector.mapping_extras and value
    }
    if not extras and _resolved(mapping, connector) == _resolved({}, connector):
        return {}
    return dict(mapping)


def _require_known(mapping: Mapping[str, str], connector: Any) -> None:
    types = (*record_types(connector), *connector.activity_types)
    _require_fit(unknown_keys(mapping, types, connector.mapping_extras))


def _require_fit(wrong: Mapping[str, str]) -> None:
    if wrong:
        raise InvalidInput("Some figures do not fit where they are sent.", {"fields": dict(wrong)})


def _store(runtime: Runtime, organisation_id: str, destination_id: str, mapping: dict[str, str], actor: str) -> None:
    with runtime.database.transaction() as session:
        row = Destinations(session, organisation_id).get(destination_id)
        if row is None:
            raise NotFound("There is no such destination.")
        if row.mapping != mapping:
            _audit(session, runtime, row, mapping, actor)
            row.mapping = mapping


def _audit(session: Session, runtime: Runtime, row: Destination, mapping: Mapping[str, str], actor: str) -> None:
    keys = sorted({*row.mapping, *mapping})
    changed = {
        key: [row.mapping.get(key), mapping.get(key)] for key in keys if row.mapping.get(key) != mapping.get(key)
    }
    audit.record(
        session,
        organisation_id=row.organisation_id,
        actor=actor,
        action="destination.mapping_changed" if mapping else "destination.mapping_reset",
        subject=row.id,
        details={"changed": changed},
        at=runtime.clock(),
    )
