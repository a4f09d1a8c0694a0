"""A session's report: means, trend, alerts, and what happened in sentences."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from hub.sessions.models import FrameReading, LiveSession

DIMENSIONS: Final = ("valence", "arousal", "dominance")
_TREND_POINTS: Final = 240
_LEAST_STEP_S: Final = 10
_OFTEN: Final = 0.2
_NOTABLE: Final = 0.1
_ALERT_WORDS: Final = {
    "arousal_high": "high arousal",
    "valence_low": "low valence",
    "dominance_low": "low dominance",
    "credibility_low": "low credibility",
}
_BROWS: Final = (1, 4)


def make_report(row: LiveSession, readings: Sequence[FrameReading]) -> dict[str, Any]:
    """The report as the API tells it."""
    duration_s = _duration_s(row)
    return {
        "session_id": row.id,
        "label": row.label,
        "duration_s": duration_s,
        "frame_count": row.frame_count,
        "baseline_vad": _short(baseline(row)),
        "mean_vad": _short(_means(readings)),
        "alerts": list(row.alerts),
        "trend": _trend(row, readings, duration_s),
        "summary": _summary(row, readings, duration_s),
    }


def _duration_s(row: LiveSession) -> int:
    """From the first frame to the last; of sound, what there was of it."""
    if row.heard is not None:
        return round(float(row.heard.get("seconds", 0.0)))
    return round(((row.last_ms or 0) - (row.first_ms or 0)) / 1000)


def baseline(row: LiveSession) -> dict[str, float | None]:
    """The session's baseline; None before its first face."""
    if not row.baseline_frames:
        return dict.fromkeys(DIMENSIONS)
    return {name: getattr(row, f"baseline_{name}") / row.baseline_frames for name in DIMENSIONS}


def _means(readings: Sequence[FrameReading]) -> dict[str, float | None]:
    if not readings:
        return dict.fromkeys(DIMENSIONS)
    return {name: sum(getattr(row, name) for row in readings) / len(readings) for name in DIMENSIONS}


def _short(values: dict[str, float | None]) -> dict[str, float | None]:
    return {name[0]: None if value is None else round(value, 2) for name, value in values.items()}


def _trend(row: LiveSession, readings: Sequence[FrameReading], duration_s: int) -> list[dict[str, Any]]:
    step = max(_LEAST_STEP_S, -(-duration_s // _TREND_POINTS))
    buckets: dict[int, list[FrameReading]] = {}
    for reading in readings:
        buckets.setdefault(_offset_s(row, reading) // step, []).append(reading)
    return [{"session_offset_s": index * step, **_short(_means(found))} for index, found in sorted(buckets.items())]


def _offset_s(row: LiveSession, reading: FrameReading) -> int:
    return max(0, int((reading.timestamp_ms - (row.first_ms or 0)) / 1000))


def _summary(row: LiveSession, readings: Sequence[FrameReading], duration_s: int) -> str:
    if not readings:
        nobody = "No face was seen" if row.heard is None else "Nobody was heard long enough"
        return f"{nobody} in this session, so there is nothing to report."
    parts = [_opening(row, duration_s)]
    parts += _alert_sentences(row)
    parts += _brow_sentence(readings)
    parts += _fall_sentence(row, readings)
    if len(parts) == 1:
        parts.append("Nothing stood out against the session's own baseline.")
    elif row.alerts:
        parts.append("These stretches are worth a look.")
    return " ".join(parts)


def _opening(row: LiveSession, duration_s: int) -> str:
    if row.heard is None:
        return f"{row.frame_count} frames over {_length(duration_s)}."
    emotions = row.heard["emotions"]
    mostly = f", heard mostly as {max(emotions, key=lambda name: emotions[name])}" if emotions else ""
    return f"{_length(duration_s)} of sound, {_length(row.heard['speech'])} of it speech{mostly}."


def _length(seconds: int) -> str:
    return f"{seconds // 60} min {seconds % 60} s"


def _alert_sentences(row: LiveSession) -> list[str]:
    found = []
    for kind, words in _ALERT_WORDS.items():
        begun = [int(str(alert["session_offset_s"])) for alert in row.alerts if alert["type"] == kind]
        minutes = sorted({offset // 60 + 1 for offset in begun})
        if minutes:
            found.append(f"Alerts for {words} began in {_ranges(minutes)}.")
    return found


def _ranges(minutes: Sequence[int]) -> str:
    """`minute 3`, or `minutes 4 to 6 and 14`."""
    starts = [minutes[0], *(after for before, after in pairwise(minutes) if after != before + 1)]
    ends = [*(before for before, after in pairwise(minutes) if after != before + 1), minutes[-1]]
    spans = [str(a) if a == b else f"{a} to {b}" for a, b in zip(starts, ends, strict=True)]
    joined = spans[0] if len(spans) == 1 else f"{', '.join(spans[:-1])} and {spans[-1]}"
    return f"minute {joined}" if len(minutes) == 1 else f"minutes {joined}"


def _brow_sentence(readings: Sequence[FrameReading]) -> list[str]:
    counted = Counter(code for row in readings for code in row.active_aus)
    share = min(counted[code] for code in _BROWS) / len(readings)
    return [f"The brows were drawn (AU1 and AU4) in {100 * share:.0f} % of the frames."] if share >= _OFTEN else []


def _fall_sentence(row: LiveSession, readings: Sequence[FrameReading]) -> list[str]:
    usual = baseline(row)["valence"]
    lowest = min(readings, key=lambda reading: reading.valence)
    if usual is None or usual - lowest.valence < _NOTABLE:
        return []
    return [f"Valence was lowest {_offset_s(row, lowest)} s in, {usual - lowest.valence:.2f} under the baseline."]
