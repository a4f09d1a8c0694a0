"""HubSpot's properties as a mapping has to know them, and those of ours that are not made yet."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from connectors.base.crm import FigureKind, TargetField
from connectors.hubspot.api import Api, Record
from connectors.hubspot.mapping import ACTIVITY_TYPES, FIGURE_TYPES, OBJECT_BY_TYPE
from connectors.hubspot.properties import FIGURES, TECHNICAL, PropertySpec

_TEXTS: Final = frozenset({"text", "textarea", "html"})
_TAKES: Final[Mapping[str, frozenset[FigureKind]]] = MappingProxyType(
    {
        "number": frozenset({FigureKind.NUMBER}),
        "string": frozenset({FigureKind.TEXT, FigureKind.LINK}),
        "datetime": frozenset({FigureKind.MOMENT}),
    }
)


def target_fields(api: Api) -> Mapping[str, Sequence[TargetField]]:
    """The properties of each type that takes figures."""
    kinds = {name: OBJECT_BY_TYPE[name] for name in (*FIGURE_TYPES, *ACTIVITY_TYPES)}
    return {name: tuple(_of_object(kind, api.properties(kind))) for name, kind in kinds.items()}


def _of_object(kind: str, properties: Mapping[str, Record]) -> Iterator[TargetField]:
    reserved = {spec.name for spec in TECHNICAL[kind]}
    ours = {spec.name for spec in FIGURES.values()}
    yield from (_described(row, name in ours, name in reserved) for name, row in properties.items())
    yield from (_to_make(spec) for spec in FIGURES.values() if spec.name not in properties)


def _described(row: Record, ours: bool, reserved: bool) -> TargetField:
    rights = row.get("modificationMetadata") or {}
    kind = str(row.get("type") or "")
    return TargetField(
        name=str(row["name"]),
        label=str(row.get("label") or row["name"]),
        type=kind,
        takes=_takes(kind, str(row.get("fieldType") or "text")),
        writable=not row.get("calculated") and not rights.get("readOnlyValue"),
        ours=ours,
        reserved=reserved,
    )


def _to_make(spec: PropertySpec) -> TargetField:
    takes = _takes(spec.type, spec.field_type)
    return TargetField(spec.name, spec.label, spec.type, takes, ours=True, made=False)


def _takes(kind: str, field_type: str) -> frozenset[FigureKind]:
    if kind == "string" and field_type not in _TEXTS:
        return frozenset()
    return _TAKES.get(kind, frozenset())
