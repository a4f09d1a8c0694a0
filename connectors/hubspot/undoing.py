"""Takes a published report back."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.base.before import left_there, reason_to_leave
from connectors.base.crm import Left, Undone, split_former
from connectors.base.records import Receipt, RecordRef
from connectors.hubspot.api import Api
from connectors.hubspot.mapping import OBJECT_BY_TYPE, read_before
from connectors.hubspot.properties import BEFORE
from connectors.hubspot.reading import Standing, standing_now


def undo(api: Api, receipt: Receipt) -> Undone:
    """Restore the former values where ours still stand, part what was linked, and put our call into the bin.

    Doing it twice changes nothing more. What somebody changed since, and what HubSpot would not restore, is left and
    told. Timeline events stay, since HubSpot takes none back.
    """
    undoing = _Undoing(api, receipt)
    now = standing_now(api, [RecordRef(*key.split(":", 1)) for key in receipt.former], _names(receipt))
    for key in receipt.former:
        undoing.restore(key, now.get(key))
    if call_id := receipt.ids.get("Call"):
        undoing.take_call_away(call_id)
    return undoing.undone()


def _names(receipt: Receipt) -> dict[str, tuple[str, ...]]:
    """The properties to read, by record type."""
    names: dict[str, tuple[str, ...]] = {}
    for key, values in receipt.former.items():
        kind = key.split(":", 1)[0]
        names[kind] = tuple(dict.fromkeys((*names.get(kind, ()), *values, BEFORE)))
    return names


@dataclass
class _Undoing:
    """One undo on its way."""

    api: Api
    receipt: Receipt
    restored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def restore(self, key: str, standing: Standing | None) -> None:
        """Put one record back."""
        if standing is None:
            self.left.append(Left(key, "", "the record no longer exists"))
            return
        row, stored = standing.row, read_before(standing.row)
        if reason := reason_to_leave(stored, self.receipt):
            self.left.append(Left(key, "", reason))
            return
        values, left = split_former(key, row, self.receipt.former[key], left_there(stored, self.receipt, key))
        self.left += left
        if values or row.get(BEFORE):
            self._write(key, standing, values)

    def take_call_away(self, call_id: str) -> None:
        """Put our call into the bin, unless it is there already."""
        if self.api.get("calls", call_id, ["hs_timestamp"]) is not None:
            self.api.archive("calls", call_id)
            self.removed.append(f"Call:{call_id}")

    def undone(self) -> Undone:
        """What to tell."""
        return Undone(dict(self.restored), tuple(self.left), tuple(self.removed))

    def _write(self, key: str, standing: Standing, values: Mapping[str, object]) -> None:
        kind, ref = OBJECT_BY_TYPE[standing.ref.type], standing.ref
        _unlink(self.api, standing)
        former = {name: "" if value is None else value for name, value in values.items()}
        batch = self.api.update(kind, [{"id": ref.id, "properties": {**former, BEFORE: ""}}])
        if not batch.results:
            self.left.append(Left(key, "", batch.error_for(ref.id).message))
        elif values:
            self.restored[key] = tuple(values)


def _unlink(api: Api, standing: Standing) -> None:
    stored = read_before(standing.row)
    links = [link.split(":", 1) for link in (stored.links if stored else ())]
    for record_type in dict.fromkeys(record_type for record_type, _ in links):
        ids = [record_id for each, record_id in links if each == record_type]
        api.unlink(OBJECT_BY_TYPE[standing.ref.type], standing.ref.id, OBJECT_BY_TYPE[record_type], ids)
