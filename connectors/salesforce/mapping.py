"""From a report to what stands in Salesforce. Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from connectors.base import before
from connectors.base import mapping as mappings
from connectors.base.before import Before
from connectors.base.figures import Figure, alert_text, clock_text, figures, shorten
from connectors.base.persons import report_for
from connectors.base.records import RecordRef, Report
from connectors.base.telling import headline, moment_text
from connectors.salesforce.fields import ANALYSIS_ID, BEFORE, FIGURES, RECORD_TYPES

ACTIVITY_TYPES: Final = ("Task",)
DEFAULT_MAPPING: Final[Mapping[str, str]] = MappingProxyType({figure: spec.name for figure, spec in FIGURES.items()})
_TEXT_LIMIT = 255
_DESCRIPTION_LIMIT = 32_000
_NOTE = (
    "These figures describe how people came across relative to their own baseline. They are not a lie detector "
    "and say nothing about the truth of what was said."
)

Values = dict[str, Any]


def field_values(report: Report, object_type: str, mapping: Mapping[str, str]) -> Values:
    """Value by field for one object, by the rules of `connectors.base.mapping`."""
    fields = {figure: field_for(object_type, figure, mapping) for figure in mappings.CATALOGUE}
    found = figures(report)
    return {field: _value(found[figure]) for figure, field in fields.items() if field}


def field_for(object_type: str, figure: str, mapping: Mapping[str, str]) -> str:
    """The field that takes a figure on an object; empty when it is not wanted there."""
    return mappings.field_for(object_type, figure, mapping, DEFAULT_MAPPING, ACTIVITY_TYPES)


def record_values(report: Report, record: RecordRef, mapping: Mapping[str, str]) -> Values:
    """Value by field for one record: a person's own figures on theirs; none where nothing may be written."""
    own = report_for(report, record) if record.type in RECORD_TYPES else None
    return field_values(own, record.type, mapping) if own else {}


def task_values(report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str] = DEFAULT_MAPPING) -> Values:
    """The call as a completed Task, linked to a person and, when that is a Contact, to a deal or account."""
    when = report.started_at or report.completed_at
    return {
        **field_values(report, "Task", mapping),
        **_links(records),
        ANALYSIS_ID: report.analysis_id,
        "Subject": shorten(f"Call: {report.title or 'untitled meeting'}", _TEXT_LIMIT),
        "Description": shorten(_description(report), _DESCRIPTION_LIMIT),
        "Status": "Completed",
        "Priority": "Normal",
        "ActivityDate": when.astimezone(UTC).date().isoformat(),
        "CallDurationInSeconds": round(report.duration_s),
    }


def _links(records: Sequence[RecordRef]) -> Values:
    """WhoId and WhatId; none when nothing is known, so that people's own links stay. Salesforce refuses a WhatId
    beside a Lead."""
    first = {record.type: record.id for record in reversed(records) if record.type != "Task"}
    if not first:
        return {}
    who = first.get("Contact") or first.get("Lead")
    what = first.get("Opportunity") or first.get("Account")
    if "Contact" not in first and "Lead" in first:
        what = None
    return {"WhoId": who, "WhatId": what}


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
    return "\n\n".join(part for part in parts if part)


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)]) if lines else ""


def _speaker(name: str, score: float | None, talk_time_s: float) -> str:
    judged = "no score" if score is None else f"Trust Score {score:.0f}"
    return f"{name}: {judged}, spoke {clock_text(talk_time_s)}"


def _value(figure: Figure) -> Any:
    if isinstance(figure, datetime):
        return figure.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return shorten(figure, _TEXT_LIMIT) if isinstance(figure, str) else figure


def read_before(row: Mapping[str, Any]) -> Before | None:
    """What a record says about its former values; None when it says nothing, or somebody wrote over it."""
    return before.read_before(row.get(BEFORE))


def before_writing(row: Mapping[str, Any], fields: Sequence[str], meeting_id: str) -> Before:
    """What to restore on undo; see `connectors.base.before`."""
    current = {field: row.get(field) for field in fields}
    return before.before_writing(read_before(row), current, meeting_id)


def shows_later_meeting(row: Mapping[str, Any], field: str, report: Report) -> bool:
    """Whether the record already shows a call that began after this one (`field` holds when)."""
    return before.shows_later_meeting(read_before(row), row.get(field) if field else None, report)


def takes_figures(record: RecordRef) -> bool:
    """Whether figures can be written to the record itself; Accounts and Tasks are only linked."""
    return record.type in RECORD_TYPES
