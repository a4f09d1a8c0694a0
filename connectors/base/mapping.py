"""Field mappings: which figure goes into which field of which record type, and whether it fits there. Pure.

A mapping's keys are figures (`trust_score`), or figures of one type (`Lead.trust_score`), which count more. A figure
without a type means records; what is logged for the call itself takes keys with its type, and the default otherwise.
An empty field leaves the figure out, an empty mapping is the default.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from connectors.base.crm import FigureKind, TargetField

Resolved = Mapping[str, Mapping[str, str]]
"""Field by figure, by type; figures that are left out are missing."""


@dataclass(frozen=True)
class FigureSpec:
    """A figure as a mapping has to know it: numbers go up to `most`, texts up to `length` characters."""

    name: str
    label: str
    kind: FigureKind
    most: float = 0
    length: int = 0


def _number(name: str, label: str, most: float) -> FigureSpec:
    return FigureSpec(name, label, FigureKind.NUMBER, most=most)


def _text(name: str, label: str, length: int = 255) -> FigureSpec:
    return FigureSpec(name, label, FigureKind.TEXT, length=length)


CATALOGUE: Final[Mapping[str, FigureSpec]] = MappingProxyType(
    {
        spec.name: spec
        for spec in (
            _number("trust_score", "Trust Score", 100),
            _number("trust_low", "Trust Score, lower end of its interval", 100),
            _number("trust_high", "Trust Score, upper end of its interval", 100),
            _text("score_note", "Why there is no Trust Score"),
            _number("valence", "Valence, unpleasant to pleasant", 1),
            _number("arousal", "Arousal, calm to excited", 1),
            _number("dominance", "Dominance, yielding to in control", 1),
            _number("alert_count", "Number of alerts", 999),
            _text("alerts", "Which alerts, and when"),
            FigureSpec("meeting_at", "When the call began", FigureKind.MOMENT),
            FigureSpec("analysed_at", "When it was analysed", FigureKind.MOMENT),
            FigureSpec("url", "Address of the analysis", FigureKind.LINK, length=255),
        )
    }
)
"""Every figure that can be mapped, in the order in which people read them."""


def field_for(
    record_type: str, figure: str, mapping: Mapping[str, str], default: Mapping[str, str], activities: Sequence[str]
) -> str:
    """The field that takes a figure on a type; empty when it is not wanted there."""
    source = mapping or default
    return source.get(f"{record_type}.{figure}", (default if record_type in activities else source).get(figure, ""))


def resolve(
    mapping: Mapping[str, str], default: Mapping[str, str], records: Sequence[str], activities: Sequence[str]
) -> Resolved:
    """The whole table."""
    table = {
        kind: {figure: field_for(kind, figure, mapping, default, activities) for figure in CATALOGUE}
        for kind in (*records, *activities)
    }
    return {kind: {figure: field for figure, field in row.items() if field} for kind, row in table.items()}


def unknown_keys(mapping: Mapping[str, str], types: Sequence[str], extras: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with a mapping's keys, by key, in words."""
    known = {*CATALOGUE, *(f"{kind}.{name}" for kind in types for name in (*CATALOGUE, *extras))}
    return {key: _unknown(key, types) for key in mapping if key not in known}


def problems(resolved: Resolved, fields: Mapping[str, Sequence[TargetField]]) -> dict[str, str]:
    """Why figures can't go where the mapping sends them, by `Type.figure`, in words; empty when all fit."""
    return {
        f"{kind}.{figure}": problem
        for kind, row in resolved.items()
        for figure, name in row.items()
        if (problem := _problem(kind, figure, name, row, fields.get(kind, ())))
    }


def fits(spec: FigureSpec, field: TargetField) -> str:
    """Why the field can't hold the figure, in words; empty when it can."""
    if field.reserved:
        return f"{field.label} is kept for the hub itself; choose another field."
    if not field.writable:
        return f"{field.label} can only be read by the connected user."
    if spec.kind not in field.takes:
        return f"{field.label} is of the type {field.type}, which cannot hold {_KINDS[spec.kind]}."
    return _too_small(spec, field)


_KINDS: Final = MappingProxyType(
    {
        FigureKind.NUMBER: "a number",
        FigureKind.TEXT: "a text",
        FigureKind.MOMENT: "a date with a time",
        FigureKind.LINK: "a web address",
    }
)


def _too_small(spec: FigureSpec, field: TargetField) -> str:
    if spec.length and field.length is not None and field.length < spec.length:
        return f"{field.label} holds {field.length} characters; up to {spec.length} are written."
    if spec.kind is not FigureKind.NUMBER:
        return ""
    if field.whole_digits is not None and spec.most >= 10**field.whole_digits:
        return f"{field.label} holds numbers below {10**field.whole_digits}; up to {spec.most:g} is written."
    if spec.most <= 1 and field.decimals == 0:
        return f"{field.label} keeps no decimals: every value from 0 to 1 would become one of the two."
    return ""


def _problem(kind: str, figure: str, name: str, row: Mapping[str, str], fields: Sequence[TargetField]) -> str:
    field = next((each for each in fields if each.name == name), None)
    if field is None:
        return f"{kind} has no field {name} that the connected user can see."
    first = next(other for other, taken in row.items() if taken == name)
    if first != figure:
        return f"{field.label} already takes {CATALOGUE[first].label}."
    return fits(CATALOGUE[figure], field)


def _unknown(key: str, types: Sequence[str]) -> str:
    kind, dot, _ = key.rpartition(".")
    if dot and kind not in types:
        return f"There is no type {kind} that takes figures; there are {', '.join(types)}."
    return f"There is no such figure; there are {', '.join(CATALOGUE)}."


def suitable(figure: str, fields: Sequence[TargetField]) -> Iterator[TargetField]:
    """The fields of one type that can hold a figure, ours first."""
    spec = CATALOGUE[figure]
    yield from sorted(
        (field for field in fields if not fits(spec, field)), key=lambda each: (not each.ours, each.label)
    )
