"""A recording's voice in a vocabulary of emotions: as a whole, and moment by moment."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis_core.emotion.views import EmotionView, Place, view

Row = Mapping[str, Any]
"""One of a plain result's `voice_segments`."""


@dataclass(frozen=True)
class Moment:
    """The voice in one interval that begins at `start_s`; None where nobody is heard long enough to tell."""

    start_s: float
    view: EmotionView | None


def overall(result: Mapping[str, Any], size: int, speaker: str | None = None) -> EmotionView | None:
    """The whole recording, or one speaker of it, in `size` emotions; None without enough speech. See `view`."""
    rows = [row for row in result["voice_segments"] if speaker in (None, row["speaker"])]
    return _mean([(row, row["end_s"] - row["start_s"]) for row in rows], size)


def timeline(result: Mapping[str, Any], size: int, interval_s: float = 5.0) -> list[Moment]:
    """One moment for each started interval of the recording, weighted by what of each segment lies in it."""
    rows: Sequence[Row] = result["voice_segments"]
    moments = []
    for index in range(max(1, math.ceil(result["duration_s"] / interval_s - 1e-6))):
        start, end = index * interval_s, (index + 1) * interval_s
        inside = [(row, min(end, row["end_s"]) - max(start, row["start_s"])) for row in rows]
        moments.append(Moment(start, _mean([(row, overlap) for row, overlap in inside if overlap > 0], size)))
    return moments


def _mean(rows: Sequence[tuple[Row, float]], size: int) -> EmotionView | None:
    """By length and confidence, both of the seven shares and of the place in valence, arousal and dominance."""
    weights = [length * max(row["confidence"], 1e-3) for row, length in rows]
    whole = sum(weights)
    if whole <= 0:
        return None

    def mean(values: Iterable[float]) -> float:
        return float(sum(value * weight for value, weight in zip(values, weights, strict=True)) / whole)

    heard = {name: mean(row["emotions"][name] for row, _ in rows) for name in rows[0][0]["emotions"]}
    return view(
        heard, Place(*(mean(row[name] for row, _ in rows) for name in ("valence", "arousal", "dominance"))), size
    )
