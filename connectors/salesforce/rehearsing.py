"""What publishing would write, read from Salesforce as it stands."""

from collections.abc import Mapping, Sequence
from math import ceil

from simple_salesforce.format import format_soql

from connectors.base.crm import PlannedAction, PlannedRecord, Rehearsal
from connectors.base.records import RecordRef, Report
from connectors.base.rehearsing import (
    Figures,
    Labels,
    Place,
    changes_to,
    missing_fields,
    planned_figures,
    planned_link,
    planned_record,
)
from connectors.salesforce.api import COMPOSITE_LIMIT, Api, Record
from connectors.salesforce.fields import BEFORE, MEETING_ID
from connectors.salesforce.mapping import field_for, record_values, shows_later_meeting, takes_figures, task_values
from connectors.salesforce.reading import fields_now, mapped_fields

_SALESFORCE = Place("Salesforce", fields="fields")


def rehearse(api: Api, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> Rehearsal:
    """Every record with its fields before and after; fields that are missing yet count as empty."""
    types = dict.fromkeys(ref.type for ref in records if takes_figures(ref))
    labels = {kind: _labels(api, kind) for kind in (*types, "Task")}
    names = {kind: [name for name in (*mapped_fields(kind, mapping), BEFORE) if name in labels[kind]] for kind in types}
    rows = fields_now(api, records, names)
    planned = [_plan(report, ref, mapping, rows.get(ref.id), labels) for ref in records if ref.type != "Task"]
    writes = [each for each in planned if each.action is PlannedAction.UPDATE]
    task = _task(api, report, records, mapping, labels["Task"])
    parts = 1 + len(writes) + len({each.type for each in writes})
    return Rehearsal(
        records=(*planned, task),
        calls=len(types) + ceil(parts / COMPOSITE_LIMIT),
        notes=(*_missing(writes, task, labels), *_usage(api)),
    )


def _labels(api: Api, kind: str) -> Labels:
    return {field["name"]: str(field.get("label") or field["name"]) for field in api.describe(kind)["fields"]}


def _plan(
    report: Report, ref: RecordRef, mapping: Mapping[str, str], row: Record | None, labels: Mapping[str, Labels]
) -> PlannedRecord:
    if not takes_figures(ref):
        return planned_link(ref)
    later = row is not None and shows_later_meeting(row, field_for(ref.type, "meeting_at", mapping), report)
    figures = Figures(row, record_values(report, ref, mapping), later)
    return planned_figures(_SALESFORCE, ref, figures, labels[ref.type])


def _task(
    api: Api, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str], labels: Labels
) -> PlannedRecord:
    values = task_values(report, [ref for ref in records if ref.type != "Task"], mapping)
    row = _task_now(api, report.meeting_id, [name for name in values if name in labels], labels)
    changes, subject = changes_to(row or {}, values, labels), str(values["Subject"])
    if row is None:
        return PlannedRecord(
            "Task", "", subject, "", PlannedAction.CREATE, "The call is logged as a new Task.", changes
        )
    ref = RecordRef("Task", str(row["Id"]), subject, api.link(str(row["Id"])))
    return planned_record(ref, PlannedAction.UPDATE, "The Task of this meeting is brought up to date.", changes)


def _task_now(api: Api, meeting_id: str, names: Sequence[str], labels: Labels) -> Record | None:
    if MEETING_ID not in labels:
        return None
    soql = f"SELECT {', '.join(['Id', *names])} FROM Task WHERE {MEETING_ID} = {{}}"  # noqa: S608 names are describe's
    return min(api.query(format_soql(soql, meeting_id)), key=lambda row: str(row["Id"]), default=None)


def _missing(writes: Sequence[PlannedRecord], task: PlannedRecord, labels: Mapping[str, Labels]) -> tuple[str, ...]:
    absent = missing_fields((*writes, task), labels)
    if not absent:
        return ()
    return (f"Missing in Salesforce, or hidden from the connected user; run the set-up first: {', '.join(absent)}.",)


def _usage(api: Api) -> tuple[str, ...]:
    usage = api.usage()
    return (f"Salesforce has counted {usage[0]} of {usage[1]} API calls in the last 24 hours.",) if usage else ()
