"""The call on HubSpot's timelines: a call of our own, or a meeting that somebody logged already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.base.before import Before
from connectors.base.errors import RequestRejected
from connectors.base.records import RecordRef, Report
from connectors.hubspot.api import Api, Record
from connectors.hubspot.errors import existing_id
from connectors.hubspot.mapping import (
    DEFAULT_MAPPING,
    OBJECT_BY_TYPE,
    before_writing,
    call_values,
    is_this_meeting,
    meeting_values,
)
from connectors.hubspot.properties import BEFORE, MEETING_ID
from connectors.hubspot.reading import Standing, meeting_of

_LINKED_TYPES = ("Contact", "Deal", "Company")


@dataclass(frozen=True)
class Activity:
    """What was logged. `before` is set for a meeting that was not ours: what it held, and the links we added;
    `written` is what it holds now."""

    ref: RecordRef
    summary: str
    before: Before | None = None
    written: Mapping[str, object] | None = None
    warnings: tuple[str, ...] = ()


def write_activity(
    api: Api, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str] = DEFAULT_MAPPING
) -> Activity:
    """Log the call and link it to `records`; the same activity each time. Raises `RequestRejected`."""
    standing = meeting_to_reuse(api, report, records, mapping)
    if standing is not None:
        return _add_to_meeting(api, report, standing, records, meeting_values(report, mapping))
    return _log_call(api, report, records, call_values(report, mapping))


def meeting_to_reuse(
    api: Api, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]
) -> Standing | None:
    """The meeting among `records` that somebody logged already and that is this one; None when there is none."""
    names = tuple(meeting_values(report, mapping))
    found = (meeting_of(api, ref, names) for ref in records if ref.type == "Meeting")
    return next((each for each in found if each is not None and is_this_meeting(each.row, report)), None)


def _log_call(api: Api, report: Report, records: Sequence[RecordRef], values: Record) -> Activity:
    ref = RecordRef("Call", _upserted(api, report, values))
    warnings = _link(api, ref, _targets(records))
    return Activity(ref, "logged the call", warnings=warnings)


def _upserted(api: Api, report: Report, values: Record) -> str:
    batch = api.upsert("calls", [{"id": report.meeting_id, "idProperty": MEETING_ID, "properties": values}])
    if batch.results:
        return str(batch.results[0]["id"])
    error = batch.error_for(report.meeting_id)
    # another process logged the same call at the same moment
    other = existing_id(error.message)
    if other is None:
        raise error
    updated = api.update("calls", [{"id": other, "properties": values}])
    if not updated.results:
        raise updated.error_for(other)
    return other


def _add_to_meeting(
    api: Api, report: Report, standing: Standing, records: Sequence[RecordRef], values: Record
) -> Activity:
    ref = standing.ref
    targets = _missing(api, ref, _targets(records))
    added = [f"{record_type}:{record_id}" for record_type, ids in targets.items() for record_id in ids]
    before = before_writing(standing.row, tuple(values), report.meeting_id, added)
    batch = api.update("meetings", [{"id": ref.id, "properties": {**values, BEFORE: before.to_text()}}])
    if not batch.results:
        raise batch.error_for(ref.id)
    written = stored_of(batch.results[0], values)
    return Activity(ref, "added them to the logged meeting", before, written, _link(api, ref, targets))


def stored_of(result: Record, values: Mapping[str, object]) -> dict[str, object]:
    """The values as HubSpot stored them, by its own answer."""
    stored = result.get("properties") or {}
    return {name: stored.get(name, value) or "" for name, value in values.items()}


def _targets(records: Sequence[RecordRef]) -> dict[str, list[str]]:
    """Ids by type of what the activity belongs to."""
    found = {kind: [ref.id for ref in records if ref.type == kind] for kind in _LINKED_TYPES}
    return {kind: ids for kind, ids in found.items() if ids}


def _missing(api: Api, ref: RecordRef, targets: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Those that the activity is not linked to yet."""
    kind = OBJECT_BY_TYPE[ref.type]
    found: dict[str, list[str]] = {}
    for record_type, ids in targets.items():
        linked = api.linked(kind, OBJECT_BY_TYPE[record_type], [ref.id]).get(ref.id, [])
        found[record_type] = [record_id for record_id in ids if record_id not in linked]
    return {record_type: ids for record_type, ids in found.items() if ids}


def _link(api: Api, ref: RecordRef, targets: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    errors: list[tuple[str, RequestRejected]] = []
    for record_type, ids in targets.items():
        refused = api.link(OBJECT_BY_TYPE[ref.type], ref.id, OBJECT_BY_TYPE[record_type], ids)
        errors += [(record_type, error) for error in refused]
    return tuple(f"The {ref.type.lower()} was not linked to a {name}. {error.message}" for name, error in errors)
