"""From a report to what stands in HubSpot. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from types import MappingProxyType
from typing import Any, Final

from connectors.base import before
from connectors.base import mapping as mappings
from connectors.base.before import Before
from connectors.base.figures import Figure, alert_text, clock_text, figures, shorten
from connectors.base.persons import report_for
from connectors.base.records import RecordRef, Report
from connectors.base.telling import headline, moment_text
from connectors.hubspot.properties import ANALYSIS_ID, BEFORE, FIGURES, MEETING_ID, NOTES

DEFAULT_MAPPING: Final[Mapping[str, str]] = MappingProxyType({figure: spec.name for figure, spec in FIGURES.items()})
OBJECT_BY_TYPE: Final[Mapping[str, str]] = MappingProxyType(
    {"Contact": "contacts", "Deal": "deals", "Company": "companies", "Call": "calls", "Meeting": "meetings"}
)
TYPE_IDS: Final[Mapping[str, str]] = MappingProxyType(
    {"Contact": "0-1", "Company": "0-2", "Deal": "0-3", "Meeting": "0-47", "Call": "0-48"}
)
"""HubSpot's number of each record type, which its web addresses hold."""
FIGURE_TYPES: Final = ("Contact", "Deal")
ACTIVITY_TYPES: Final = ("Call", "Meeting")
_TITLE_LIMIT = 255
_TEXT_LIMIT = 30_000
_SAME_MEETING = timedelta(hours=12)
_NOTE = (
    "These figures describe how people came across compared with their own baseline. They are not a lie detector "
    "and do not tell whether something said is true."
)

Values = dict[str, Any]


def property_values(report: Report, record_type: str, mapping: Mapping[str, str]) -> Values:
    """Value by property for one type, by the rules of `connectors.base.mapping`. HubSpot clears by the empty text."""
    names = {figure: property_for(record_type, figure, mapping) for figure in mappings.CATALOGUE}
    found = figures(report)
    return {name: _value(found[figure]) for figure, name in names.items() if name}


def property_for(record_type: str, figure: str, mapping: Mapping[str, str]) -> str:
    """The property that takes a figure on a type; empty when it is not wanted there."""
    return mappings.field_for(record_type, figure, mapping, DEFAULT_MAPPING, ACTIVITY_TYPES)


def record_values(report: Report, record: RecordRef, mapping: Mapping[str, str]) -> Values:
    """Value by property for one record: a person's own figures on theirs; none where nothing may be written."""
    own = report_for(report, record) if takes_figures(record) else None
    return property_values(own, record.type, mapping) if own else {}


def mapped_properties(record_type: str, mapping: Mapping[str, str]) -> tuple[str, ...]:
    """The properties of one type that a mapping writes."""
    names = {property_for(record_type, figure, mapping) for figure in mappings.CATALOGUE}
    return tuple(sorted(names - {""}))


def call_values(report: Report, mapping: Mapping[str, str] = DEFAULT_MAPPING) -> Values:
    """The call as an engagement of its own."""
    return {
        **property_values(report, "Call", mapping),
        ANALYSIS_ID: report.analysis_id,
        "hs_timestamp": time_text(report.started_at or report.completed_at),
        "hs_call_title": shorten(f"Call: {report.title or 'untitled meeting'}", _TITLE_LIMIT),
        "hs_call_body": escape(_description(report)).replace("\n", "<br>"),
        "hs_call_duration": round(report.duration_s * 1000),
        "hs_call_status": "COMPLETED",
    }


def meeting_values(report: Report, mapping: Mapping[str, str] = DEFAULT_MAPPING) -> Values:
    """What is added to a meeting that somebody else logged; its own properties stay."""
    ids = {MEETING_ID: report.meeting_id, ANALYSIS_ID: report.analysis_id}
    return {**property_values(report, "Meeting", mapping), **ids, NOTES: _description(report)}


def is_this_meeting(row: Mapping[str, Any], report: Report) -> bool:
    """Whether a logged meeting is the one of `report`: occurrences of a series may share their calendar id."""
    owner = row.get(MEETING_ID)
    if owner:
        return bool(owner == report.meeting_id)
    planned = row.get("hs_meeting_start_time") or row.get("hs_timestamp")
    if not planned or report.started_at is None:
        return True
    return abs(datetime.fromisoformat(str(planned)) - report.started_at) <= _SAME_MEETING


def time_text(moment: datetime) -> str:
    """`2026-11-18T10:00:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _description(report: Report) -> str:
    parts = [
        headline(report),
        report.summary,
        _section("Moments", list(map(moment_text, report.moments))),
        _section("Alerts", [alert_text(alert) for alert in report.alerts]),
        _section("Speakers", [_speaker(s.name, s.trust_score, s.talk_time_s) for s in report.speakers]),
        f"Analysis: {report.url}",
        _NOTE,
    ]
    return shorten("\n\n".join(part for part in parts if part), _TEXT_LIMIT)


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)]) if lines else ""


def _speaker(name: str, score: float | None, talk_time_s: float) -> str:
    judged = "no score" if score is None else f"Trust Score {score:.0f}"
    return f"{name}: {judged}, spoke {clock_text(talk_time_s)}"


def _value(figure: Figure) -> Any:
    if figure is None:
        return ""
    if isinstance(figure, datetime):
        return time_text(figure)
    return shorten(figure, _TEXT_LIMIT) if isinstance(figure, str) else figure


def read_before(row: Mapping[str, Any]) -> Before | None:
    """What a record says about its former values; None when it says nothing, or somebody wrote over it."""
    return before.read_before(row.get(BEFORE))


def before_writing(row: Mapping[str, Any], names: Sequence[str], meeting_id: str, links: Sequence[str] = ()) -> Before:
    """What to restore on undo; see `connectors.base.before`."""
    current = {name: row.get(name) or "" for name in names}
    return before.before_writing(read_before(row), current, meeting_id, links)


def shows_later_meeting(row: Mapping[str, Any], name: str, report: Report) -> bool:
    """Whether the record already shows a call that began after this one (property `name` holds when)."""
    return before.shows_later_meeting(read_before(row), row.get(name) if name else None, report)


def takes_figures(record: RecordRef) -> bool:
    """Whether figures can be written to the record itself; Companies are only linked to the call."""
    return record.type in FIGURE_TYPES
