"""Reads what records hold before they are written, and follows merges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.base.records import RecordRef
from connectors.hubspot.api import Api, Record
from connectors.hubspot.mapping import FIGURE_TYPES, OBJECT_BY_TYPE, TYPE_IDS, mapped_properties
from connectors.hubspot.properties import BEFORE, MEETING_ID


@dataclass(frozen=True)
class Links:
    """Browser addresses of one account's records."""

    web: str
    portal_id: str

    def to(self, record_type: str, record_id: str) -> str:
        """A record's page."""
        return f"{self.web}/contacts/{self.portal_id}/record/{TYPE_IDS[record_type]}/{record_id}"


@dataclass(frozen=True)
class Standing:
    """A record as it stands: `ref` with the id it has today, and its properties."""

    ref: RecordRef
    row: Record


def current(api: Api, refs: Sequence[RecordRef], mapping: Mapping[str, str]) -> dict[str, Standing]:
    """What Contacts and Deals hold, by the key of the reference; deleted ones are missing."""
    names = {record_type: (*mapped_properties(record_type, mapping), BEFORE) for record_type in FIGURE_TYPES}
    return standing_now(api, refs, names)


def standing_now(api: Api, refs: Sequence[RecordRef], names: Mapping[str, Sequence[str]]) -> dict[str, Standing]:
    """These properties, given by type, by the key of the reference; deleted records are missing."""
    found: dict[str, Standing] = {}
    for record_type, wanted in names.items():
        found.update(_of_type(api, [ref for ref in refs if ref.type == record_type], wanted))
    return found


def meeting_of(api: Api, ref: RecordRef, names: Sequence[str]) -> Standing | None:
    """A logged meeting with these properties; None when it was deleted."""
    times = ("hs_meeting_start_time", "hs_timestamp")
    return _of_type(api, [ref], (*names, *times, MEETING_ID, BEFORE)).get(key_of(ref))


def _of_type(api: Api, refs: Sequence[RecordRef], names: Sequence[str]) -> dict[str, Standing]:
    if not refs:
        return {}
    kind = OBJECT_BY_TYPE[refs[0].type]
    rows = {str(record["id"]): record for record in api.read(kind, [ref.id for ref in refs], names)}
    found = {ref: rows.get(ref.id) or api.get(kind, ref.id, names) for ref in refs}
    return {key_of(ref): _standing(ref, record) for ref, record in found.items() if record}


def _standing(ref: RecordRef, record: Record) -> Standing:
    today = replace(ref, id=str(record["id"]))
    return Standing(today, dict(record.get("properties") or {}))


def key_of(ref: RecordRef) -> str:
    """How a receipt names a record: `Contact:501`."""
    return f"{ref.type}:{ref.id}"


def label_of(ref: RecordRef) -> str:
    """How people read a record: `Contact Dana Fox`."""
    return f"{ref.type} {ref.name or ref.id}"
