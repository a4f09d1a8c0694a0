"""From a report to a mail: subject, text and HTML from the templates. Pure."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from connectors.base.errors import RequestRejected
from connectors.base.figures import alert_text, clock_text, figures, shorten, strongest
from connectors.base.records import Moment, Report
from connectors.base.telling import NOT_A_VERDICT, arrow, said_text, told

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "email"
_HTML: Final = "analysis.html.jinja"
_TEXT: Final = "analysis.txt.jinja"
_LISTED: Final = 5
_SUBJECT_LIMIT: Final = 200
_VAD: Final = ("valence", "arousal", "dominance")


@dataclass(frozen=True)
class Letter:
    """A mail's content."""

    subject: str
    text: str
    html: str


def letter(report: Report) -> Letter:
    """The mail about one analysis. Raises `RequestRejected` when an edited template is broken."""
    context = _context(report)
    try:
        text = _environment().get_template(_TEXT).render(context)
        html = _environment().get_template(_HTML).render(context)
    except TemplateError as error:
        raise RequestRejected(f"the mail template is broken: {error}", code="template") from error
    return Letter(_subject(report, context), text, html)


def _subject(report: Report, context: dict[str, Any]) -> str:
    score = "no Trust Score" if context["score"] is None else f"Trust Score {context['score']}"
    again = " (updated)" if report.revision > 1 else ""
    return shorten(" ".join(f"{context['title']}: {score}{again}".split()), _SUBJECT_LIMIT)


def _context(report: Report) -> dict[str, Any]:
    values, (score, interval, note) = figures(report), told(report)
    return {
        "title": report.title or "Untitled meeting",
        "score": score,
        "note": note,
        "interval": interval,
        "caution": NOT_A_VERDICT,
        "vad": [(name.capitalize(), values[name]) for name in _VAD],
        "alerts": [alert_text(alert) for alert in report.alerts[:_LISTED]],
        "more_alerts": max(0, len(report.alerts) - _LISTED),
        "moments": [_moment(moment) for moment in strongest(report.moments, _LISTED)],
        "summary": report.summary,
        "url": report.url,
        "started_at": report.started_at,
        "duration": clock_text(report.duration_s),
        "revision": report.revision,
    }


def _moment(moment: Moment) -> tuple[str, str]:
    return f"{arrow(moment)} {clock_text(moment.offset_s)}", said_text(moment)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # names of people and meetings come from outside; only the text part may hold them as they are
        autoescape=lambda name: name != _TEXT,  # noqa: S701 everything else is escaped
    )
