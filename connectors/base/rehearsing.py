"""What a CRM connector tells of a record that it would write. Pure: whoever reads a record hands its values in."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.base.crm import FieldChange, PlannedAction, PlannedRecord
from connectors.base.records import RecordRef

Labels = Mapping[str, str]
"""What people call each field of a type of record, by its name."""


@dataclass(frozen=True)
class Place:
    """A CRM in words: its name, and what it calls the fields of a record."""

    name: str
    fields: str


@dataclass(frozen=True)
class Figures:
    """What a record is to take: `row` holds what stands there now (None: it is gone), `later` whether that is of a
    later meeting than `values` are.
    """

    row: Mapping[str, Any] | None
    values: Mapping[str, Any]
    later: bool


def planned_link(ref: RecordRef) -> PlannedRecord:
    """A record that takes no figures."""
    return planned_record(ref, PlannedAction.LINK, "The call is linked to it; nothing is written to it.")


def planned_figures(place: Place, ref: RecordRef, figures: Figures, labels: Labels) -> PlannedRecord:
    """A record that takes figures."""
    if figures.row is None:
        return planned_record(ref, PlannedAction.SKIP, f"It no longer exists in {place.name}.")
    if not figures.values:
        return planned_record(ref, PlannedAction.LINK, "The call is linked to it; no figure goes there.")
    if figures.later:
        note = f"It already shows a later call; its {place.fields} are left alone."
        return planned_record(ref, PlannedAction.SKIP, note)
    changes = changes_to(figures.row, figures.values, labels)
    return planned_record(ref, PlannedAction.UPDATE, f"{len(changes)} {place.fields} are written.", changes)


def missing_fields(
    planned: Iterable[PlannedRecord], labels: Mapping[str, Labels], but: Collection[str] = ()
) -> tuple[str, ...]:
    """`Type.field` of what would be written but is not there, in order."""
    absent = {f"{each.type}.{change.field}" for each in planned for change in each.changes
              if change.field not in labels[each.type] and change.field not in but}  # fmt: skip
    return tuple(sorted(absent))


def planned_record(
    ref: RecordRef, action: PlannedAction, note: str, changes: tuple[FieldChange, ...] = ()
) -> PlannedRecord:
    """What happens to a record that is there already."""
    return PlannedRecord(ref.type, ref.id, ref.name, ref.url, action, note, changes)


def changes_to(row: Mapping[str, Any], values: Mapping[str, Any], labels: Labels) -> tuple[FieldChange, ...]:
    """Each of `values` beside what the record holds now; a field that is missing yet holds nothing."""
    return tuple(FieldChange(name, labels.get(name, name), row.get(name), value) for name, value in values.items())
