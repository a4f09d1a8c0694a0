"""The named figures of a report: what a destination's field mapping can choose from."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.base.records import Alert, Moment, Report

Figure = float | int | str | datetime | None

TRUST_DIGITS = 1
SHARE_DIGITS = 3


def figures(report: Report) -> Mapping[str, Figure]:
    """Every figure by name. An abstained score is None, with the reason as `score_note`; it is never 0."""
    low, high = report.trust_interval or (None, None)
    abstained = report.trust_score is None
    return {
        "trust_score": _rounded(report.trust_score, TRUST_DIGITS),
        "trust_low": None if abstained else _rounded(low, TRUST_DIGITS),
        "trust_high": None if abstained else _rounded(high, TRUST_DIGITS),
        "score_note": (report.abstained_reason or "Not enough to judge.") if abstained else None,
        "valence": _rounded(report.vad.valence, SHARE_DIGITS),
        "arousal": _rounded(report.vad.arousal, SHARE_DIGITS),
        "dominance": _rounded(report.vad.dominance, SHARE_DIGITS),
        "alert_count": len(report.alerts),
        "alerts": "; ".join(map(alert_text, report.alerts)) or None,
        "meeting_at": report.started_at,
        "analysed_at": report.completed_at,
        "url": report.url,
    }


def alert_text(alert: Alert) -> str:
    """One alert for people: `arousal high 0.91 (limit 0.80) at 4:05, Dana Fox`.

    People know the credibility signal as steadiness: nobody's credibility is judged.
    """
    who = f", {alert.speaker}" if alert.speaker else ""
    name = alert.type.replace("_", " ").replace("credibility", "steadiness")
    return f"{name} {alert.value:.2f} (limit {alert.threshold:.2f}) at {clock_text(alert.offset_s)}{who}"


def strongest(moments: Sequence[Moment], at_most: int) -> list[Moment]:
    """The moments that moved the score most, in the order in which they happened."""
    top = sorted(moments, key=lambda moment: -abs(moment.effect))[:at_most]
    return sorted(top, key=lambda moment: moment.offset_s)


def clock_text(offset_s: float) -> str:
    """Seconds into the meeting as `4:05` or `1:02:03`."""
    minutes, seconds = divmod(int(offset_s), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def shorten(text: str, limit: int) -> str:
    """`text` within `limit` characters, the cut shown by an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
