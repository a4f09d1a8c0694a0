"""What publishing would write, read from HubSpot as it stands."""

from collections.abc import Mapping, Sequence

from connectors.base.crm import PlannedAction, PlannedRecord, Rehearsal
from connectors.base.errors import RequestRejected
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
from connectors.hubspot.activity import meeting_to_reuse
from connectors.hubspot.api import Api, Record
from connectors.hubspot.mapping import (
    OBJECT_BY_TYPE,
    call_values,
    meeting_values,
    property_for,
    record_values,
    shows_later_meeting,
    takes_figures,
)
from connectors.hubspot.properties import BEFORE, MEETING_ID
from connectors.hubspot.reading import Links, Standing, current, key_of
from connectors.hubspot.timeline import events

_HUBSPOT = Place("HubSpot", fields="properties")
_ACTIVITIES = frozenset({"Call", "Meeting"})


def rehearse(
    api: Api, links: Links, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]
) -> Rehearsal:
    """Every record with its properties before and after; properties that are missing yet count as empty."""
    now = current(api, records, mapping)
    types = dict.fromkeys(ref.type for ref in records if takes_figures(ref))
    labels = {kind: _labels(api, kind) for kind in (*types, "Call")}
    targets = [ref for ref in records if ref.type not in _ACTIVITIES]
    planned = [_plan(report, ref, mapping, now.get(key_of(ref)), labels) for ref in targets]
    activity = _activity(api, links, report, records, mapping, labels)
    put = events(report, [ref for ref in targets if key_of(ref) in now or not takes_figures(ref)], mapping)
    writes = {each.type for each in planned if each.action is PlannedAction.UPDATE}
    return Rehearsal(
        records=(*planned, activity),
        calls=len(types) + len(writes) + 1 + len({ref.type for ref in targets}) + len(put),
        notes=(*_missing((*planned, activity), labels), *_timeline_notes(put)),
    )


def _labels(api: Api, kind: str) -> Labels:
    return {name: str(row.get("label") or name) for name, row in api.properties(OBJECT_BY_TYPE[kind]).items()}


def _plan(
    report: Report,
    ref: RecordRef,
    mapping: Mapping[str, str],
    standing: Standing | None,
    labels: Mapping[str, Labels],
) -> PlannedRecord:
    if not takes_figures(ref):
        return planned_link(ref)
    row = None if standing is None else standing.row
    later = row is not None and shows_later_meeting(row, property_for(ref.type, "meeting_at", mapping), report)
    figures = Figures(row, record_values(report, ref, mapping), later)
    return planned_figures(_HUBSPOT, ref, figures, labels[ref.type])


def _activity(
    api: Api,
    links: Links,
    report: Report,
    records: Sequence[RecordRef],
    mapping: Mapping[str, str],
    labels: dict[str, Labels],
) -> PlannedRecord:
    standing = meeting_to_reuse(api, report, records, mapping)
    if standing is not None:
        labels["Meeting"] = _labels(api, "Meeting")
        changes = changes_to(standing.row, meeting_values(report, mapping), labels["Meeting"])
        note = "The meeting that is logged already gets the figures; its own properties stay."
        return planned_record(standing.ref, PlannedAction.UPDATE, note, changes)
    values = call_values(report, mapping)
    row = _call_now(api, report.meeting_id, tuple(values))
    title = str(values["hs_call_title"])
    changes = changes_to((row or {}).get("properties") or {}, values, labels["Call"])
    if row is None:
        return PlannedRecord("Call", "", title, "", PlannedAction.CREATE, "The call is logged as a new call.", changes)
    ref = RecordRef("Call", str(row["id"]), title, links.to("Call", str(row["id"])))
    return planned_record(ref, PlannedAction.UPDATE, "The logged call of this meeting is brought up to date.", changes)


def _call_now(api: Api, meeting_id: str, names: Sequence[str]) -> Record | None:
    try:
        found = api.read("calls", [meeting_id], names, id_property=MEETING_ID)
    except RequestRejected as error:
        if error.status == 400:  # the property is not made yet, so nothing of ours can be there
            return None
        raise
    return found[0] if found else None


def _missing(planned: Sequence[PlannedRecord], labels: Mapping[str, Labels]) -> tuple[str, ...]:
    absent = missing_fields(planned, labels, but=(BEFORE,))
    return (f"Missing in HubSpot; run the set-up first: {', '.join(absent)}.",) if absent else ()


def _timeline_notes(put: Sequence[object]) -> tuple[str, ...]:
    return (f"{len(put)} timeline events are added; HubSpot takes none back.",) if put else ()
