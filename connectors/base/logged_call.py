"""What the activity that a CRM logs for a call says, in words. Pure."""

from collections.abc import Sequence
from typing import Final

from connectors.base.figures import alert_text, clock_text
from connectors.base.records import Report, SpeakerReport
from connectors.base.telling import headline, moment_text

_NOTE: Final = (
    "These figures describe how people came across compared with their own baseline. They are not a lie detector "
    "and do not tell whether something said is true."
)


def description(report: Report) -> str:
    """The whole result as plain text: paragraphs and lists."""
    parts = [
        headline(report),
        report.summary,
        _section("Moments", list(map(moment_text, report.moments))),
        _section("Alerts", [alert_text(alert) for alert in report.alerts]),
        _section("Speakers", [_speaker(speaker) for speaker in report.speakers]),
        f"Analysis: {report.url}",
        _NOTE,
    ]
    return "\n\n".join(part for part in parts if part)


def _section(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)]) if lines else ""


def _speaker(speaker: SpeakerReport) -> str:
    judged = "no score" if speaker.trust_score is None else f"Trust Score {speaker.trust_score:.0f}"
    return f"{speaker.name}: {judged}, spoke {clock_text(speaker.talk_time_s)}"
