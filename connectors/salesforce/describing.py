"""Salesforce's fields as a mapping has to know them: from describe, and those of ours that are not made yet."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from connectors.base.crm import FigureKind, TargetField
from connectors.salesforce.api import Api, Record
from connectors.salesforce.fields import FIGURES, RECORD_TYPES, FieldSpec, technical_fields
from connectors.salesforce.mapping import ACTIVITY_TYPES

_NUMBERS: Final = frozenset({"double", "currency", "percent", "int"})
_TEXTS: Final = frozenset({"string", "textarea"})
_TYPE_OF_KIND: Final = MappingProxyType({"Number": "double", "Text": "string", "DateTime": "datetime", "Url": "url"})


def target_fields(api: Api) -> Mapping[str, Sequence[TargetField]]:
    """The fields of each object that takes figures, as the connected user sees them."""
    return {name: tuple(_of_object(name, api.describe(name)["fields"])) for name in (*RECORD_TYPES, *ACTIVITY_TYPES)}


def _of_object(name: str, described: Sequence[Record]) -> Iterator[TargetField]:
    ours = {spec.name for spec in FIGURES.values()}
    reserved = {spec.name for spec in technical_fields(name)}
    yield from (_described(field, ours, reserved) for field in described)
    there = {field["name"] for field in described}
    yield from (_to_make(spec) for spec in FIGURES.values() if spec.name not in there)


def _described(field: Record, ours: set[str], reserved: set[str]) -> TargetField:
    kind, is_number = str(field["type"]), field["type"] in _NUMBERS
    return TargetField(
        name=field["name"],
        label=str(field.get("label") or field["name"]),
        type=kind,
        takes=_takes(kind),
        writable=bool(field.get("updateable")) and not field.get("calculated"),
        whole_digits=_whole_digits(field) if is_number else None,
        decimals=(0 if kind == "int" else int(field.get("scale") or 0)) if is_number else None,
        length=int(field.get("length") or 0) if kind in _TEXTS or kind == "url" else None,
        ours=field["name"] in ours,
        reserved=field["name"] in reserved,
    )


def _to_make(spec: FieldSpec) -> TargetField:
    kind: Mapping[str, Any] = spec.kind
    type_ = _TYPE_OF_KIND[kind["type"]]
    return TargetField(
        name=spec.name,
        label=spec.label,
        type=type_,
        takes=_takes(type_),
        whole_digits=kind["precision"] - kind["scale"] if "precision" in kind else None,
        decimals=kind.get("scale"),
        length=kind.get("length"),
        ours=True,
        made=False,
    )


def _takes(kind: str) -> frozenset[FigureKind]:
    if kind in _NUMBERS:
        return frozenset({FigureKind.NUMBER})
    if kind in _TEXTS:
        return frozenset({FigureKind.TEXT, FigureKind.LINK})
    return {
        "url": frozenset({FigureKind.LINK}),
        "datetime": frozenset({FigureKind.MOMENT}),
    }.get(kind, frozenset())


def _whole_digits(field: Record) -> int:
    precision = int(field.get("precision") or field.get("digits") or 18)
    return precision - int(field.get("scale") or 0)
