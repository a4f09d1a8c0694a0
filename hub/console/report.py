"""A stored result (`analysis_core.result.Result.to_dict()`) in the form the meeting page shows.

The page shows old results too, so a field that a result does not have yet reads as not available.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import floor
from typing import Any

from hub.analysis.summaries import summary_below_score
from hub.console.event_text import detail, notable, title, tone

LARGEST_MOMENTS = 6
TABLE_STEP_S = 60
SERIES = ("credibility", "valence", "arousal", "dominance")
_SHOWN_UNITS = 8
_BAR_SPAN = 100.0
_MIDDLE = 50.0

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """Valence, arousal or dominance: 0..1, and its change from the speaker's own baseline."""

    name: str
    help: str
    value: float | None
    delta: float | None


@dataclass(frozen=True)
class Contribution:
    """What a signal or a moment added to the score or took from it, in points of the distance from 50.

    `bar_start` and `bar_width` are its bar on an axis of -50..50, where 0 is in the middle.
    """

    name: str
    help: str
    points: float
    bar_start: float
    bar_width: float
    at_s: float | None = None
    speaker: str = ""


@dataclass(frozen=True)
class Event:
    """Something that happened at a moment, with what speaks for it."""

    at_s: float | None
    title: str
    detail: str
    speaker: str
    tone: str


@dataclass(frozen=True)
class Speaker:
    """One speaker's figures, and `spoken`: when they speak, (start, end) in seconds."""

    name: str
    observed: bool
    figures: Json
    vad: Json
    abstained: str
    spoken: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ReportView:
    """Everything the meeting page draws from one result."""

    result: Json = field(repr=False)
    abstained: str
    summary: tuple[str, ...]
    figures: tuple[Figure, ...]
    signals: tuple[Contribution, ...]
    moments: tuple[Contribution, ...]
    events: tuple[Event, ...]
    speakers: tuple[Speaker, ...]
    units: tuple[Json, ...]
    minutes: tuple[Json, ...]

    def get(self, name: str) -> Any:
        """A field of the result as it is, None when the result has no such field."""
        return self.result.get(name)


SIGNAL_HELP = {
    "composure": "Calm or strained, in voice and face",
    "fluency": "Hesitations, restarts and long pauses",
    "directness": "Plain answers against hedging",
    "congruence": "Words, voice and face in step",
    "engagement": "Liveliness and involvement",
    "sustained_lows": "Long stretches below the baseline",
}
_FIGURES = {
    "valence": "unpleasant to pleasant",
    "arousal": "calm to excited",
    "dominance": "yielding to in control",
}


def view_of(result: Json) -> ReportView:
    """The view of one result."""
    return ReportView(
        result=result,
        abstained=_explanation(result.get("abstained")),
        summary=_paragraphs(summary_below_score(result)),
        figures=_figures(result.get("vad") or {}),
        signals=_signals(result.get("contributions") or {}, result.get("trust_score")),
        moments=_moments(result.get("contributions") or {}),
        events=_events(result),
        speakers=tuple(_speaker(each) for each in result.get("speakers") or ()),
        units=_strongest_units(result.get("action_units") or ()),
        minutes=tuple(_minutes(series_of(result), float(result.get("duration_s") or 0.0))),
    )


def series_of(result: Json) -> dict[str, Sequence[float | None]]:
    """The four lanes, one value for each started second."""
    by_name = result.get("vad_series") or {}
    return {
        "credibility": result.get("credibility_signal") or (),
        **{name: by_name.get(name) or () for name in SERIES[1:]},
    }


def thresholds_of(result: Json) -> dict[str, float]:
    """The thresholds that were crossed, by lane: `valence_low` belongs to `valence`."""
    return {str(each["type"]).split("_")[0]: float(each["threshold"]) for each in result.get("alerts") or ()}


def _explanation(abstained: Json | None) -> str:
    return str(abstained.get("explanation") or abstained.get("reason") or "") if abstained else ""


def _paragraphs(summary: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in summary.splitlines() if line.strip())


def _figures(vad: Json) -> tuple[Figure, ...]:
    deltas = vad.get("delta_from_baseline") or {}
    return tuple(Figure(name, text, vad.get(name), deltas.get(name)) for name, text in _FIGURES.items())


def _signals(contributions: Json, score: float | None) -> tuple[Contribution, ...]:
    rows = contributions.get("signals") or ()
    shown = fitting([float(row["points"]) for row in rows], 0.0 if score is None else score - _MIDDLE)
    return tuple(
        _contribution(str(row["signal"]), SIGNAL_HELP.get(str(row["signal"]), ""), points)
        for row, points in zip(rows, shown, strict=True)
    )


def fitting(points: Sequence[float], total: float) -> list[float]:
    """Points in tenths that add up to the total in tenths: those that lose most by rounding down are rounded up.

    Points that do not add up to the total beforehand are rounded each on its own.
    """
    tenths = [floor(10 * value) for value in points]
    missing = round(10 * round(total, 1)) - sum(tenths)
    if not 0 <= missing <= len(points):
        return [round(value, 1) for value in points]
    by_loss = sorted(range(len(points)), key=lambda at: tenths[at] - 10 * points[at])
    raised = set(by_loss[:missing])
    return [(value + (at in raised)) / 10 for at, value in enumerate(tenths)]


def _moments(contributions: Json) -> tuple[Contribution, ...]:
    """The moments that moved the score most, in the order they happened."""
    largest = sorted(contributions.get("moments") or (), key=lambda row: -abs(float(row["points"])))
    chosen = sorted(largest[:LARGEST_MOMENTS], key=lambda row: float(row["start_s"]))
    return tuple(
        _contribution(
            str(row["strongest_signal"]),
            str(row.get("text") or ""),
            float(row["points"]),
            at_s=float(row["start_s"]),
            speaker=str(row["speaker"]),
        )
        for row in chosen
    )


def _contribution(name: str, text: str, points: float, *, at_s: float | None = None, speaker: str = "") -> Contribution:
    width = min(abs(points), _BAR_SPAN / 2)
    start = _BAR_SPAN / 2 - (width if points < 0 else 0.0)
    return Contribution(name, text, points, round(start, 2), round(width, 2), at_s, speaker)


def _events(result: Json) -> tuple[Event, ...]:
    """Alerts and notable events in one list, by time; what has no time comes last."""
    alerts = [{**each, "start_s": each["offset_s"], "is_alert": True} for each in result.get("alerts") or ()]
    rows = [*alerts, *notable(result.get("events") or ())]
    ordered = sorted(rows, key=lambda row: (row.get("start_s") is None, row.get("start_s") or 0.0))
    return tuple(
        Event(row.get("start_s"), title(row), detail(row), str(row.get("speaker") or ""), tone(row)) for row in ordered
    )


def _speaker(row: Json) -> Speaker:
    return Speaker(
        name=str(row["name"]),
        observed=bool(row["observed"]),
        figures=row,
        vad=row.get("vad") or {},
        abstained=_explanation(row.get("abstained")),
        spoken=tuple((float(start), float(end)) for start, end in row.get("spoken") or _runs(row)),
    )


def _runs(row: Json) -> Iterable[tuple[float, float]]:
    """Stretches in which the speaker was observed, for results that do not say when they spoke."""
    start: int | None = None
    signal = [*(row.get("credibility_signal") or ()), None]
    for second, value in enumerate(signal):
        if value is not None and start is None:
            start = second
        elif value is None and start is not None:
            yield float(start), float(second)
            start = None


def _strongest_units(units: Sequence[Json]) -> tuple[Json, ...]:
    seen = [unit for unit in units if unit.get("supported") and unit.get("intensity") is not None]
    return tuple(sorted(seen, key=lambda unit: -float(unit["intensity"]))[:_SHOWN_UNITS])


def _minutes(series: Mapping[str, Sequence[float | None]], duration_s: float) -> Iterable[Json]:
    """The lanes as a table: the mean of each minute."""
    for start in range(0, int(duration_s), TABLE_STEP_S):
        means = {name: _mean(values[start : start + TABLE_STEP_S]) for name, values in series.items()}
        yield {"at_s": start, **means}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
