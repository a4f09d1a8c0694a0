"""What a CRM connector tells of a record that it would write. Pure: whoever reads a record hands its values in."""

from collections.abc import Mapping
from typing import Any

from connectors.base.crm import FieldChange, PlannedAction, PlannedRecord
from connectors.base.records import RecordRef

Labels = Mapping[str, str]
"""What people call each field of a type of record, by its name."""


def planned_record(
    ref: RecordRef, action: PlannedAction, note: str, changes: tuple[FieldChange, ...] = ()
) -> PlannedRecord:
    """What happens to a record that is there already."""
    return PlannedRecord(ref.type, ref.id, ref.name, ref.url, action, note, changes)


def changes_to(row: Mapping[str, Any], values: Mapping[str, Any], labels: Labels) -> tuple[FieldChange, ...]:
    """Each of `values` beside what the record holds now; a field that is missing yet holds nothing."""
    return tuple(FieldChange(name, labels.get(name, name), row.get(name), value) for name, value in values.items())
