"""Reads what records hold before they are written."""

from collections.abc import Mapping, Sequence

from simple_salesforce.format import format_soql

from connectors.base.records import RecordRef
from connectors.salesforce.api import Api, Record
from connectors.salesforce.fields import BEFORE, MEETING_ID, RECORD_TYPES
from connectors.salesforce.mapping import field_for


def current_values(api: Api, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> dict[str, Record]:
    """The mapped fields of each record by its id; deleted records are missing."""
    found: dict[str, Record] = {}
    for object_type in RECORD_TYPES:
        ids = [record.id for record in records if record.type == object_type]
        fields = ", ".join(["Id", *mapped_fields(object_type, mapping), BEFORE])
        rows = api.query(format_soql(f"SELECT {fields} FROM {object_type} WHERE Id IN {{}}", ids)) if ids else []  # noqa: S608
        found.update((row["Id"], row) for row in rows)
    return found


def mapped_fields(object_type: str, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The fields of one object that a mapping writes."""
    figures = {figure.rsplit(".", 1)[-1] for figure in mapping}
    names = {field_for(object_type, figure, mapping) for figure in figures}
    return tuple(sorted(names - {""}))


def task_of(api: Api, meeting_id: str) -> str:
    """The id of the meeting's Task; empty when there is none."""
    soql = f"SELECT Id FROM Task WHERE {MEETING_ID} = {{}}"  # noqa: S608 the field's name is ours
    rows = api.query(format_soql(soql, meeting_id))
    return min((str(row["Id"]) for row in rows), default="")


def key_of(record: RecordRef) -> str:
    """How a receipt names a record: `Contact:003...`."""
    return f"{record.type}:{record.id}"


def label_of(record: RecordRef) -> str:
    """How people read a record: `Contact Dana Fox`."""
    return f"{record.type} {record.name or record.id}"
