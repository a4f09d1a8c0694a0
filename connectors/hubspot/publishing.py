"""Writes a report to HubSpot: figures on Contacts and Deals, and the call on their timelines."""

from collections.abc import Mapping, Sequence

from connectors.base.before import Before
from connectors.base.errors import RequestRejected
from connectors.base.records import Receipt, RecordRef, Report
from connectors.base.refused import warnings_of
from connectors.hubspot import timeline
from connectors.hubspot.activity import Activity, stored_of, write_activity
from connectors.hubspot.api import Api, Record
from connectors.hubspot.mapping import (
    OBJECT_BY_TYPE,
    before_writing,
    property_for,
    record_values,
    shows_later_meeting,
    takes_figures,
)
from connectors.hubspot.properties import BEFORE
from connectors.hubspot.reading import Links, Standing, current, key_of, label_of


def publish(
    api: Api, links: Links, report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]
) -> Receipt:
    """Write the figures to `records` and log the call, or add to the meeting that is logged already.

    A repetition or a later revision updates the same records and the same activity. Raises `RequestRejected` when no
    record is given or nothing could be written, and `ProviderUnavailable` or `RateLimited` when trying again can
    help; rows that were refused for good become warnings of the receipt.
    """
    if not records:
        raise RequestRejected("no HubSpot record belongs to this meeting", code="no_records")
    publication = _Publication(api, report, mapping)
    publication.write(publication.living(records))
    return publication.receipt(links)


class _Publication:
    """One publish on its way: what was written, what stood there before, and what to tell people."""

    def __init__(self, api: Api, report: Report, mapping: Mapping[str, str]) -> None:
        self.api, self.report, self.mapping = api, report, mapping
        self.standing: dict[str, Standing] = {}
        self.former: dict[str, Before] = {}
        self.values: dict[str, Record] = {}
        self.stored: dict[str, Mapping[str, object]] = {}
        self.written: list[RecordRef] = []
        self.refused: list[tuple[str, RequestRejected]] = []
        self.warnings: list[str] = []
        self.activity: Activity | None = None

    def living(self, records: Sequence[RecordRef]) -> list[RecordRef]:
        """The records under the ids they have today; those that were deleted meanwhile become warnings."""
        found = current(self.api, records, self.mapping)
        self.standing = {key_of(standing.ref): standing for standing in found.values()}
        gone = [ref for ref in records if takes_figures(ref) and key_of(ref) not in found]
        self.warnings += [f"{label_of(ref)} no longer exists." for ref in gone]
        today = [found[key_of(ref)].ref if key_of(ref) in found else ref for ref in records if ref not in gone]
        return list({key_of(ref): ref for ref in today}.values())

    def write(self, records: Sequence[RecordRef]) -> None:
        """Figures first, then the activity with its links, then timeline events."""
        for record_type in dict.fromkeys(ref.type for ref in records if takes_figures(ref)):
            self._write_figures([ref for ref in records if ref.type == record_type])
        self._log(records)
        written = bool(self.written or self.activity)
        self.warnings += warnings_of(self.refused, something_written=written)
        self._tell_timelines(records)

    def receipt(self, links: Links) -> Receipt:
        """What to keep of it."""
        done = [f"wrote the figures to {', '.join(map(label_of, self.written))}"] if self.written else []
        done += [self.activity.summary] if self.activity else []
        summary = " and ".join(done)
        main = self.activity.ref if self.activity else self.written[0]
        return Receipt(
            summary=f"{summary[:1].upper()}{summary[1:]}.",
            url=links.to(main.type, main.id),
            ids={"meeting_id": self.report.meeting_id, **({main.type: main.id} if self.activity else {})},
            former={key: before.values for key, before in self._former().items()},
            warnings=tuple(self.warnings),
            written=self._written(),
        )

    def _write_figures(self, refs: Sequence[RecordRef]) -> None:
        inputs = {ref.id: self._input(ref) for ref in refs if self._is_to_be_written(ref)}
        if not inputs:
            return
        batch = self.api.update(OBJECT_BY_TYPE[refs[0].type], list(inputs.values()))
        done = {str(result["id"]): result for result in batch.results}
        for ref in refs:
            if ref.id in done:
                self.written.append(ref)
                self.stored[key_of(ref)] = stored_of(done[ref.id], self.values[ref.id])
            elif ref.id in inputs:
                self.refused.append((label_of(ref), batch.error_for(ref.id)))

    def _is_to_be_written(self, ref: RecordRef) -> bool:
        self.values[ref.id] = record_values(self.report, ref, self.mapping)
        if not self.values[ref.id]:
            return False
        name = property_for(ref.type, "meeting_at", self.mapping)
        if shows_later_meeting(self.standing[key_of(ref)].row, name, self.report):
            self.warnings.append(f"{label_of(ref)} already shows a later call; its properties were left alone.")
            return False
        return True

    def _input(self, ref: RecordRef) -> Record:
        values = self.values[ref.id]
        before = before_writing(self.standing[key_of(ref)].row, tuple(values), self.report.meeting_id)
        self.former[key_of(ref)] = before
        return {"id": ref.id, "properties": {**values, BEFORE: before.to_text()}}

    def _log(self, records: Sequence[RecordRef]) -> None:
        try:
            self.activity = write_activity(self.api, self.report, records, self.mapping)
        except RequestRejected as error:
            self.refused.append(("The call", error))
        else:
            self.warnings += self.activity.warnings

    def _former(self) -> dict[str, Before]:
        written = {key_of(ref) for ref in self.written}
        kept = {key: before for key, before in self.former.items() if key in written}
        if self.activity and self.activity.before:
            kept[key_of(self.activity.ref)] = self.activity.before
        return kept

    def _written(self) -> dict[str, Mapping[str, object]]:
        if self.activity is None or self.activity.written is None:
            return self.stored
        return {**self.stored, key_of(self.activity.ref): self.activity.written}

    def _tell_timelines(self, records: Sequence[RecordRef]) -> None:
        for ref, event in timeline.events(self.report, records, self.mapping):
            try:
                self.api.create_event(event)
            except RequestRejected as error:
                self.warnings.append(f"No event was put on the timeline of {label_of(ref)}. {error.message}")
