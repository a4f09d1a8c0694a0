"""Reads what records hold before they are written."""

from collections.abc import Iterable, Mapping, Sequence

from simple_salesforce.format import format_soql

from connectors.base.mapping import CATALOGUE
from connectors.base.records import RecordRef
from connectors.salesforce.api import Api, Record
from connectors.salesforce.fields import BEFORE, MEETING_ID, RECORD_TYPES
from connectors.salesforce.mapping import field_for


def current_values(api: Api, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> dict[str, Record]:
    """The mapped fields of each record by its id; deleted records are missing."""
    names = {kind: mapped_fields(kind, mapping) for kind in RECORD_TYPES}
    return fields_now(api, records, {kind: (*names[kind], BEFORE) for kind in RECORD_TYPES})


def fields_now(api: Api, records: Sequence[RecordRef], names: Mapping[str, Iterable[str]]) -> dict[str, Record]:
    """These fields, given by object, of each record by its id; deleted records are missing."""
    found: dict[str, Record] = {}
    for object_type, fields in names.items():
        ids = [record.id for record in records if record.type == object_type]
        rows = api.query(fields_query(object_type, ids, fields)) if ids else []
        found.update((row["Id"], row) for row in rows)
    return found


def fields_query(object_type: str, ids: Sequence[str], fields: Iterable[str]) -> str:
    """The query for these fields of these records."""
    wanted = ", ".join(dict.fromkeys(["Id", *fields]))
    return str(format_soql(f"SELECT {wanted} FROM {object_type} WHERE Id IN {{}}", list(ids)))  # noqa: S608


def mapped_fields(object_type: str, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The fields of one object that a mapping writes."""
    names = {field_for(object_type, figure, mapping) for figure in CATALOGUE}
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
