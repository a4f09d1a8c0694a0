"""Takes a published report back."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.base.before import left_there, reason_to_leave
from connectors.base.crm import Left, Undone, split_former
from connectors.base.errors import RequestRejected
from connectors.base.records import Receipt, RecordRef
from connectors.salesforce.api import COMPOSITE_LIMIT, DATA_PATH, Api, Record
from connectors.salesforce.errors import refusal
from connectors.salesforce.fields import BEFORE
from connectors.salesforce.mapping import read_before
from connectors.salesforce.reading import fields_now, key_of

_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"})
_TASK = "task"


def undo(api: Api, receipt: Receipt) -> Undone:
    """Restore the former values where ours still stand, and delete the Task. Doing it twice changes nothing more.

    What somebody changed since, and what Salesforce would not restore, is left and told.
    """
    undoing = _Undoing(receipt)
    refs = [RecordRef(*key.split(":", 1)) for key in receipt.former]
    rows = fields_now(api, refs, _names(refs, receipt))
    steps = [step for ref in refs for step in undoing.plan(ref, rows.get(ref.id))]
    if task_id := receipt.ids.get("Task"):
        steps.append({"method": "DELETE", "url": f"{DATA_PATH}/sobjects/Task/{task_id}", "referenceId": _TASK})
    for start in range(0, len(steps), COMPOSITE_LIMIT):
        for answer in api.composite(steps[start : start + COMPOSITE_LIMIT]):
            undoing.book(answer)
    return undoing.undone()


def _names(refs: Sequence[RecordRef], receipt: Receipt) -> dict[str, tuple[str, ...]]:
    """The fields to read, by object."""
    names: dict[str, tuple[str, ...]] = {}
    for ref in refs:
        names[ref.type] = tuple(dict.fromkeys((*names.get(ref.type, ()), *receipt.former[key_of(ref)], BEFORE)))
    return names


@dataclass
class _Undoing:
    """One undo on its way."""

    receipt: Receipt
    planned: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    restored: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left: list[Left] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def plan(self, ref: RecordRef, row: Record | None) -> list[Record]:
        """The update that puts a record back; none when there is nothing to put back."""
        key = key_of(ref)
        stored = read_before(row or {})
        if reason := reason_to_leave(stored, self.receipt) if row is not None else "the record no longer exists":
            self.left.append(Left(key, "", reason))
            return []
        written = left_there(stored, self.receipt, key)
        values, left = split_former(key, row or {}, self.receipt.former[key], written)
        self.left += left
        body = {**values, BEFORE: None}
        if not values and not (row or {}).get(BEFORE):
            return []
        reference = f"{ref.type}_{ref.id}"
        self.planned[reference] = key, tuple(values)
        url = f"{DATA_PATH}/sobjects/{ref.type}/{ref.id}"
        return [{"method": "PATCH", "url": url, "referenceId": reference, "body": body}]

    def book(self, answer: Record) -> None:
        """Note what came of one step. Raises when trying the whole again can cure a refusal."""
        reference = str(answer["referenceId"])
        if answer["httpStatusCode"] < 300:
            self._book_done(reference)
            return
        error = refusal(answer["httpStatusCode"], answer["body"])
        if error.code not in _GONE:
            self._book_refused(reference, error)

    def undone(self) -> Undone:
        """What to tell."""
        return Undone(
            {key: names for key, names in self.restored.items() if names}, tuple(self.left), tuple(self.removed)
        )

    def _book_done(self, reference: str) -> None:
        if reference == _TASK:
            self.removed.append(f"Task:{self.receipt.ids['Task']}")
        else:
            key, names = self.planned[reference]
            self.restored[key] = names

    def _book_refused(self, reference: str, error: RequestRejected) -> None:
        key = self.planned[reference][0] if reference in self.planned else f"Task:{self.receipt.ids['Task']}"
        self.left.append(Left(key, "", error.message))
