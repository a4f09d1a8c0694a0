"""A dry run in words: which record would get which value in which field, and why that record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors import registry
from connectors.base.figures import Figure, figures
from connectors.base.records import RecordRef, Report
from hub.crm.models import CrmMatch
from hub.crm.repository import Matches, record_of
from hub.deliveries.models import Destination
from hub.deliveries.repository import Destinations
from hub.errors import NotFound
from hub.runtime import Runtime


@dataclass(frozen=True)
class RecordPreview:
    """One record: `values` by CRM field; empty when the record is only linked to the call."""

    record: RecordRef
    reason: str
    values: Mapping[str, Figure]

    @property
    def action(self) -> str:
        """What would happen, in words."""
        return f"{len(self.values)} fields would be written" if self.values else "the call would be linked to it"


def preview(runtime: Runtime, organisation_id: str, destination_id: str, report: Report) -> Sequence[RecordPreview]:
    """What delivering `report` to a CRM would write; nothing is sent. Raises `NotFound` for the destination."""
    with runtime.database.transaction() as session:
        destination = Destinations(session, organisation_id).get(destination_id)
        if destination is None:
            raise NotFound("There is no such destination.")
        rows = Matches(session, organisation_id).of_meeting(report.meeting_id, destination.connection_id)
        return [_describe(row, destination, report) for row in rows]


def _describe(row: CrmMatch, destination: Destination, report: Report) -> RecordPreview:
    connector = registry.connector_class(row.provider)
    mapping = destination.mapping or connector.default_mapping
    takes_figures = row.record_type in connector.figure_types
    values = _values(row.record_type, mapping, figures(report)) if takes_figures else {}
    return RecordPreview(record_of(row), row.reason, values)


def _values(record_type: str, mapping: Mapping[str, str], found: Mapping[str, Figure]) -> dict[str, Figure]:
    """As destinations read a mapping: `Lead.trust_score` beats `trust_score`, an empty field leaves the figure out."""
    fields = {name: mapping.get(f"{record_type}.{name}", mapping.get(name, "")) for name in found}
    return {field: found[name] for name, field in fields.items() if field}
