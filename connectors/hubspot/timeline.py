"""Timeline events: one per analysis on the timelines of Contacts and Deals, where event templates are set up.

A destination's mapping names the templates: `{"Contact.timeline_event": "1000001"}`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.base.figures import figures
from connectors.base.persons import report_for
from connectors.base.records import RecordRef, Report
from connectors.base.telling import headline
from connectors.hubspot.mapping import OBJECT_BY_TYPE, time_text

TIMELINE_EVENT: Final = "timeline_event"
_HEADER = "EchoDepth: {{headline}}"
_DETAIL = (
    "{{summary}}\n\nValence {{valence}}, arousal {{arousal}}, dominance {{dominance}}, alerts: {{alert_count}}.\n\n"
    "[Open the analysis]({{url}})\n\nThe figures compare people with their own baseline; they are not a lie detector."
)
_NUMBERS: Final = ("trust_score", "trust_low", "trust_high", "valence", "arousal", "dominance", "alert_count")
_TEXTS: Final = ("headline", "title", "summary", "url")
_TEXT_LIMIT = 1000


def template(record_type: str) -> dict[str, Any]:
    """The event template for one record type, as the API takes it."""
    tokens = [{"name": name, "label": f"EchoDepth {name.replace('_', ' ')}", "type": "number"} for name in _NUMBERS]
    tokens += [{"name": name, "label": f"EchoDepth {name}", "type": "string"} for name in _TEXTS]
    return {
        "name": "EchoDepth analysis",
        "objectType": OBJECT_BY_TYPE[record_type],
        "headerTemplate": _HEADER,
        "detailTemplate": _DETAIL,
        "tokens": tokens,
    }


def events(
    report: Report, records: Sequence[RecordRef], mapping: Mapping[str, str]
) -> list[tuple[RecordRef, dict[str, Any]]]:
    """The events to put, with the records they go to. Their ids make repetitions replace each other."""
    templates = {ref: mapping.get(f"{ref.type}.{TIMELINE_EVENT}", "") for ref in records}
    reports = {ref: report_for(report, ref) for ref, template_id in templates.items() if template_id}
    return [(ref, _event(own, ref, templates[ref])) for ref, own in reports.items() if own is not None]


def _event(report: Report, ref: RecordRef, template_id: str) -> dict[str, Any]:
    return {
        "eventTemplateId": template_id,
        "id": f"{report.analysis_id}-{ref.id}",
        "objectId": ref.id,
        "timestamp": time_text(report.started_at or report.completed_at),
        "tokens": _tokens(report),
    }


def _tokens(report: Report) -> dict[str, str]:
    found = figures(report)
    numbers = {name: str(found[name]) for name in _NUMBERS if found[name] is not None}
    texts = {"headline": headline(report), "title": report.title, "summary": report.summary, "url": report.url}
    return {**numbers, **{name: text[:_TEXT_LIMIT] for name, text in texts.items()}}
