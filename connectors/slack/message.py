"""From a report to a Slack message: `text` for notifications, blocks from the template. Pure."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from connectors.base.errors import RequestRejected
from connectors.base.figures import alert_text, clock_text, figures, shorten, strongest
from connectors.base.records import Report
from connectors.base.telling import NOT_A_VERDICT, moment_text, told
from connectors.slack.picture import trend_words
from connectors.slack.sparkline import sparkline

_TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "slack"
_TEMPLATE: Final = "analysis.json.jinja"
_LISTED: Final = 5
_TEXT_LIMIT: Final = 2000
_MIDDLE: Final = 0.5
_STEADY: Final = 0.03
VAD_NAMES: Final = ("valence", "arousal", "dominance")


class _Raw(str):
    """Text of the template itself, which must not be quoted again."""

    __slots__ = ()


def text_of(report: Report) -> str:
    """The message in one line, for notifications and screen readers."""
    alerts = f", {len(report.alerts)} alert{'s' if len(report.alerts) != 1 else ''}" if report.alerts else ""
    return shorten(escape(f"{_title(report)}: {_score_words(report)}{alerts}"), _TEXT_LIMIT)


def revision_text(report: Report, earlier: Mapping[str, str]) -> str:
    """What a later revision changed, for the thread of the message that shows it."""
    before = _whole(earlier.get("trust_score", ""))
    was = f", was {before}" if before not in {"", str(told(report).score)} else ""
    said = f"{_score_words(report)[:1].upper()}{_score_words(report)[1:]}"
    return shorten(escape(f"Revision {report.revision}: {said}{was}. The message above shows it."), _TEXT_LIMIT)


def blocks_of(report: Report, earlier: Mapping[str, str], picture: str | None = None) -> list[dict[str, Any]]:
    """The blocks. `earlier` holds the figures of the revision before, when there was one; `picture` is the id of the
    uploaded trend, without which it is drawn in text.

    Raises `RequestRejected` when an edited template no longer gives a list of blocks.
    """
    try:
        blocks = json.loads(_template().render({**_context(report, earlier), **_trend(report, picture)}))
    except (TemplateError, ValueError, TypeError) as error:
        raise RequestRejected(f"the Slack template {_TEMPLATE} is broken: {error}", code="template") from error
    if not isinstance(blocks, list):
        raise RequestRejected(f"the Slack template {_TEMPLATE} gives no list of blocks", code="template")
    return blocks


def escape(text: str) -> str:
    """`text` without anything that Slack reads as a link or mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _context(report: Report, earlier: Mapping[str, str]) -> dict[str, Any]:
    values, (score, interval, note) = figures(report), told(report)
    return {
        "title": _title(report),
        "score": score,
        "note": note,
        "interval": interval,
        "vad": [_vad_row(name, values[name], earlier) for name in VAD_NAMES],
        "alerts": _listed([alert_text(alert) for alert in report.alerts]),
        "moments": _listed(list(map(moment_text, strongest(report.moments, _LISTED)))),
        "url": report.url,
        "facts": _facts(report),
        "caution": NOT_A_VERDICT,
        "compared_with": "the revision before" if earlier else "the neutral middle (0.5)",
    }


def _trend(report: Report, picture: str | None) -> dict[str, Any]:
    if picture is None:
        return {"trend": sparkline(report.trend), "picture": None, "picture_words": ""}
    return {"trend": "", "picture": picture, "picture_words": trend_words(report)}


def _title(report: Report) -> str:
    return report.title or "Untitled meeting"


def _score_words(report: Report) -> str:
    score, interval, note = told(report)
    if score is None:
        return f"no Trust Score ({note})"
    return f"Trust Score {score}{f' ({interval[0]} to {interval[1]})' if interval else ''}"


def _whole(kept: str) -> str:
    """A score as earlier messages kept it, for people; empty where they kept none."""
    return f"{float(kept):.0f}" if kept else ""


def _vad_row(name: str, value: Any, earlier: Mapping[str, str]) -> dict[str, str]:
    if value is None:
        return {"name": name.capitalize(), "arrow": "?", "value": "could not tell"}
    reference = float(earlier[name]) if earlier.get(name) else _MIDDLE
    return {"name": name.capitalize(), "arrow": _arrow(value - reference), "value": f"{value:.2f}"}


def _arrow(change: float) -> str:
    if abs(change) < _STEADY:
        return "→"
    return "▲" if change > 0 else "▼"


def _listed(lines: Sequence[str]) -> list[str]:
    more = [f"and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return [*lines[:_LISTED], *more]


def _facts(report: Report) -> str:
    when = f"{report.started_at:%d %B %Y, %H:%M %Z}, " if report.started_at else ""
    revision = f", revision {report.revision}" if report.revision > 1 else ""
    return f"{when}{clock_text(report.duration_s)} long{revision}"


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"• {escape(line)}" for line in lines)


def _as_json(value: Any) -> str:
    return value if isinstance(value, _Raw) else json.dumps(value)


@cache
def _template() -> Template:
    # finalize writes every expression as JSON, so no value can break out of its string
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, finalize=_as_json, autoescape=False
    )
    environment.filters |= {"mrkdwn": escape, "cut": shorten}
    environment.globals |= {"bullets": _bullets, "sep": lambda last: _Raw("" if last else ",")}
    return environment.get_template(_TEMPLATE)
