"""Takes a published report back."""

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.base.errors import RequestRejected
from connectors.base.records import Receipt, RecordRef
from connectors.salesforce.api import COMPOSITE_LIMIT, DATA_PATH, Api, Record
from connectors.salesforce.errors import refusal
from connectors.salesforce.fields import BEFORE
from connectors.salesforce.mapping import read_before
from connectors.salesforce.reading import current_values, key_of

_GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", "INVALID_CROSS_REFERENCE_KEY"})


def undo(api: Api, receipt: Receipt) -> None:
    """Restore the former values and delete the Task. Records that a later call wrote over stay as they are.

    Doing it twice changes nothing more. Raises `RequestRejected` naming what Salesforce would not restore.
    """
    refs = [RecordRef(*key.split(":", 1)) for key in receipt.former]
    rows = current_values(api, refs, {})
    steps = [_restore(ref, receipt) for ref in refs if _is_ours(rows.get(ref.id, {}), receipt)]
    if task_id := receipt.ids.get("Task"):
        steps.append({"method": "DELETE", "url": f"{DATA_PATH}/sobjects/Task/{task_id}", "referenceId": "task"})
    for start in range(0, len(steps), COMPOSITE_LIMIT):
        _require_undone(api.composite(steps[start : start + COMPOSITE_LIMIT]))


def _is_ours(row: Mapping[str, Any], receipt: Receipt) -> bool:
    stored = read_before(row)
    return stored is not None and stored.meeting_id == receipt.ids.get("meeting_id")


def _restore(ref: RecordRef, receipt: Receipt) -> Record:
    return {
        "method": "PATCH",
        "url": f"{DATA_PATH}/sobjects/{ref.type}/{ref.id}",
        "referenceId": f"{ref.type}_{ref.id}",
        "body": {**receipt.former[key_of(ref)], BEFORE: None},
    }


def _require_undone(answers: Sequence[Record]) -> None:
    failed = [answer for answer in answers if answer["httpStatusCode"] >= 300]
    errors = {str(answer["referenceId"]): refusal(answer["httpStatusCode"], answer["body"]) for answer in failed}
    refused = [f"{name}: {error.message}" for name, error in errors.items() if error.code not in _GONE]
    if refused:
        raise RequestRejected(f"not everything could be restored: {'; '.join(refused)}", code="undo")
