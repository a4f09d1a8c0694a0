"""From a report to a Team Chat message: plain text from the template. Pure."""

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError

from connectors.base.errors import RequestRejected
from connectors.base.figures import alert_text, figures, shorten, strongest
from connectors.base.records import Report
from connectors.base.telling import NOT_A_VERDICT, moment_text, told

LONGEST: Final = 1024
"""The most characters that Zoom takes in one message."""
_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "zoom"
_TEMPLATE: Final = "analysis.txt.jinja"
_LISTED: Final = 3
_LINE: Final = 110
_VAD: Final = ("valence", "arousal", "dominance")
_REVISION: Final = re.compile(r"\(updated, revision (\d+)\)")


def message_of(report: Report) -> str:
    """The message; alerts and moments are dropped, least telling first, until Zoom takes it.

    Raises `RequestRejected` when an edited template is broken or leaves out the link, by which we know our messages.
    """
    for listed in range(_LISTED, -1, -1):
        text = _render(_context(report, listed))
        if len(text) <= LONGEST:
            break
    if report.url not in text or len(text) > LONGEST:
        raise RequestRejected("the Zoom template gives no message with the link, or too long a one", code="template")
    return text


def tells_of(text: str, report: Report) -> bool:
    """Whether a message is ours and about the report's meeting."""
    return report.url in text.split()


def revision_in(text: str) -> int:
    """Which revision a message of ours shows."""
    found = _REVISION.search(text.partition("\n")[0])
    return int(found[1]) if found else 1


def _render(context: dict[str, Any]) -> str:
    try:
        return _template().render(context).strip()
    except TemplateError as error:
        raise RequestRejected(f"the Zoom template is broken: {error}", code="template") from error


def _context(report: Report, listed: int) -> dict[str, Any]:
    values, (score, interval, note) = figures(report), told(report)
    moments = strongest(report.moments, listed)
    return {
        "title": shorten(" ".join((report.title or "Untitled meeting").split()), _LINE),
        "revision": report.revision,
        "score": score,
        "note": shorten(note, _LINE),
        "interval": interval,
        "caution": NOT_A_VERDICT,
        "vad": ", ".join(_vad(name, values[name]) for name in _VAD).capitalize(),
        "alerts": [shorten(f"Alert: {alert_text(alert)}", _LINE) for alert in report.alerts[:listed]],
        "moments": [shorten(moment_text(each), _LINE) for each in moments],
        "url": report.url,
    }


def _vad(name: str, value: Any) -> str:
    return f"{name} not known" if value is None else f"{name} {value:.2f}"


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 plain text, which Zoom shows as it is
    )
    return environment.get_template(_TEMPLATE)
