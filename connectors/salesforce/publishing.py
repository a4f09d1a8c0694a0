"""Writes a report to Salesforce in one composite call."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from simple_salesforce.format import format_external_id

from connectors.base.errors import RequestRejected
from connectors.base.records import Receipt, RecordRef, Report
from connectors.base.refused import warnings_of
from connectors.salesforce.api import COMPOSITE_LIMIT, DATA_PATH, Api, Record
from connectors.salesforce.errors import refusal
from connectors.salesforce.fields import BEFORE, MEETING_ID
from connectors.salesforce.mapping import (
    before_writing,
    field_for,
    record_values,
    shows_later_meeting,
    takes_figures,
    task_values,
)
from connectors.salesforce.reading import current_values, fields_query, key_of, label_of, mapped_fields, task_of

_TASK, _READ_BACK = "task", "stored"
_USAGE_WARNING = 0.9


def publish(api: Api, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]) -> Receipt:
    """Write the figures to `records` and log the call as the Task of `report.meeting_id`.

    A repetition or a later revision updates the same Task and the same fields. Raises `RequestRejected` when no
    record is given or nothing could be written, and `ProviderUnavailable` or `RateLimited` when some row asks to
    try again; rows that were refused for good become warnings of the receipt.
    """
    if not records:
        raise RequestRejected("no Salesforce record belongs to this meeting", code="no_records")
    publication = _Publication(api, report, mapping)
    publication.write(publication.living(records))
    return publication.receipt()


class _Publication:
    """One publish on its way: what was written, what stood there before, and what to tell people."""

    def __init__(self, api: Api, report: Report, mapping: Mapping[str, str]) -> None:
        self.api, self.report, self.mapping = api, report, mapping
        self.rows: dict[str, Record] = {}
        self.former: dict[str, Mapping[str, object]] = {}
        self.values: dict[str, Record] = {}
        self.stored: dict[str, Record] = {}
        self.written: list[RecordRef] = []
        self.refused: list[tuple[str, RequestRejected]] = []
        self.warnings: list[str] = []
        self.task_id = ""

    def living(self, records: Sequence[RecordRef]) -> list[RecordRef]:
        """Read the records; those that were deleted meanwhile become warnings."""
        self.rows = current_values(self.api, records, self.mapping)
        living = [record for record in records if not takes_figures(record) or record.id in self.rows]
        self.warnings += [f"{label_of(record)} no longer exists." for record in records if record not in living]
        return living

    def write(self, records: Sequence[RecordRef]) -> None:
        """Send the Task and every record's fields, read back what is stored, and book the answers by reference."""
        task = task_values(self.report, records, self.mapping)
        updates = {f"record{n}": record for n, record in enumerate(records) if self._is_to_be_written(record)}
        requests = [_patch(_TASK, f"Task/{format_external_id(MEETING_ID, self.report.meeting_id)}", task)]
        requests += [_patch(name, f"{ref.type}/{ref.id}", self._body(ref)) for name, ref in updates.items()]
        requests += self._reads(list(updates.values()))
        for start in range(0, len(requests), COMPOSITE_LIMIT):
            for answer in self.api.composite(requests[start : start + COMPOSITE_LIMIT]):
                self._book(answer, updates.get(answer["referenceId"]), task)
        written = bool(self.written or self.task_id)
        self.warnings += warnings_of(self.refused, something_written=written)

    def receipt(self) -> Receipt:
        """What to keep of it."""
        done = [f"wrote the figures to {', '.join(map(label_of, self.written))}"] if self.written else []
        done += ["logged the call as a Task"] if self.task_id else []
        summary = " and ".join(done)
        return Receipt(
            summary=f"{summary[:1].upper()}{summary[1:]}.",
            url=self.api.link(self.task_id or self.written[0].id),
            ids={"meeting_id": self.report.meeting_id, "Task": self.task_id},
            former={key_of(record): self.former[key_of(record)] for record in self.written},
            warnings=(*self.warnings, *self._usage_warning()),
            written={key_of(record): self._stored(record) for record in self.written},
        )

    def _is_to_be_written(self, record: RecordRef) -> bool:
        self.values[record.id] = record_values(self.report, record, self.mapping)
        if not self.values[record.id]:
            return False
        field = field_for(record.type, "meeting_at", self.mapping)
        if shows_later_meeting(self.rows[record.id], field, self.report):
            self.warnings.append(f"{label_of(record)} already shows a later call; its fields were left alone.")
            return False
        return True

    def _body(self, record: RecordRef) -> Record:
        values = self.values[record.id]
        before = before_writing(self.rows[record.id], tuple(values), self.report.meeting_id)
        self.former[key_of(record)] = before.values
        return {**values, BEFORE: before.to_text()}

    def _reads(self, refs: Sequence[RecordRef]) -> list[Record]:
        """Salesforce rounds numbers, and automations change values: undoing has to know what really stands there."""
        ids = {kind: [ref.id for ref in refs if ref.type == kind] for kind in dict.fromkeys(ref.type for ref in refs)}
        queries = {kind: fields_query(kind, found, mapped_fields(kind, self.mapping)) for kind, found in ids.items()}
        return [_get(f"{_READ_BACK}{kind}", f"query?q={quote(soql)}") for kind, soql in queries.items()]

    def _stored(self, record: RecordRef) -> Record:
        values, stored = self.values[record.id], self.stored.get(record.id, {})
        return {field: stored.get(field, value) for field, value in values.items()}

    def _book(self, answer: Record, record: RecordRef | None, task: Record) -> None:
        status, body = answer["httpStatusCode"], answer["body"]
        if answer["referenceId"].startswith(_READ_BACK):
            self.stored |= {row["Id"]: row for row in body["records"]} if status < 300 else {}
        elif status == 300 and record is None:
            self._update_first_of(body, task)
        elif status >= 300:
            self.refused.append((label_of(record) if record else "The Task", refusal(status, body)))
        elif record is None:
            self.task_id = (body or {}).get("id") or task_of(self.api, self.report.meeting_id)
        else:
            self.written.append(record)

    def _update_first_of(self, urls: Sequence[str], task: Record) -> None:
        self.task_id = min(url.rsplit("/", 1)[-1] for url in urls)
        self.api.call("PATCH", f"sobjects/Task/{self.task_id}", task)
        self.warnings.append("Several Tasks carry this meeting's id; the first was updated.")

    def _usage_warning(self) -> tuple[str, ...]:
        used, total = self.api.usage() or (0, 1)
        if used <= _USAGE_WARNING * total:
            return ()
        return (f"Salesforce has counted {used} of {total} API calls in the last 24 hours.",)


def _get(reference: str, path: str) -> Record:
    return {"method": "GET", "url": f"{DATA_PATH}/{path}", "referenceId": reference}


def _patch(reference: str, path: str, body: Mapping[str, Any]) -> Record:
    return {"method": "PATCH", "url": f"{DATA_PATH}/sobjects/{path}", "referenceId": reference, "body": dict(body)}
