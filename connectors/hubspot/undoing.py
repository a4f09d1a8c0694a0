"""Takes a published report back."""

from collections.abc import Sequence

from connectors.base.errors import RequestRejected
from connectors.base.records import Receipt, RecordRef
from connectors.hubspot.api import Api
from connectors.hubspot.mapping import OBJECT_BY_TYPE, read_before
from connectors.hubspot.properties import BEFORE
from connectors.hubspot.reading import Standing, current, key_of, meeting_of


def undo(api: Api, receipt: Receipt) -> None:
    """Restore the former values, part what was linked, and put our call into the bin.

    Records that a later call wrote over stay as they are; doing it twice changes nothing more. Timeline events stay,
    since HubSpot takes none back. Raises `RequestRejected` naming what HubSpot would not restore.
    """
    refused: list[str] = []
    for key, standing in _written(api, receipt).items():
        if _is_ours(standing, receipt):
            refused += _restore(api, standing, receipt, key)
    if call_id := receipt.ids.get("Call"):
        api.archive("calls", call_id)
    if refused:
        raise RequestRejected(f"not everything could be restored: {'; '.join(refused)}", code="undo")


def _written(api: Api, receipt: Receipt) -> dict[str, Standing]:
    """Every record that holds former values, by its key in the receipt; deleted ones are missing."""
    refs = [RecordRef(*key.split(":", 1)) for key in receipt.former]
    found = current(api, refs, {})
    meetings = {key_of(ref): meeting_of(api, ref, ()) for ref in refs if ref.type == "Meeting"}
    return {**found, **{key: standing for key, standing in meetings.items() if standing}}


def _is_ours(standing: Standing, receipt: Receipt) -> bool:
    stored = read_before(standing.row)
    return stored is not None and stored.meeting_id == receipt.ids.get("meeting_id")


def _restore(api: Api, standing: Standing, receipt: Receipt, key: str) -> Sequence[str]:
    kind, ref = OBJECT_BY_TYPE[standing.ref.type], standing.ref
    _unlink(api, standing)
    values = {name: "" if value is None else value for name, value in receipt.former[key].items()}
    batch = api.update(kind, [{"id": ref.id, "properties": {**values, BEFORE: ""}}])
    return [] if batch.results else [f"{key_of(ref)}: {batch.error_for(ref.id).message}"]


def _unlink(api: Api, standing: Standing) -> None:
    stored = read_before(standing.row)
    links = [link.split(":", 1) for link in (stored.links if stored else ())]
    for record_type in dict.fromkeys(record_type for record_type, _ in links):
        ids = [record_id for each, record_id in links if each == record_type]
        api.unlink(OBJECT_BY_TYPE[standing.ref.type], standing.ref.id, OBJECT_BY_TYPE[record_type], ids)
