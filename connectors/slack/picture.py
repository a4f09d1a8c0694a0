"""The trend of a call as a picture, and what it shows in words. Pure.

OpenCV draws it, because the analysis brings it along anyway; it is loaded on first use.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from connectors.base.figures import clock_text
from connectors.base.records import Report

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Canvas = NDArray[np.uint8]

_WIDTH, _HEIGHT = 1200, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 34, 28, 58
_MOST_COLUMNS = 180
_LEAST_KNOWN_S = 10
_STEPS_S: Final = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
_MOST_TICKS = 8
# blue, green, red, as OpenCV counts
_PAPER, _GRID, _WORDS = (255, 255, 255), (228, 224, 222), (96, 88, 84)
_LINE, _UP, _DOWN = (168, 92, 36), (96, 140, 20), (20, 92, 208)


def trend_png(report: Report) -> bytes | None:
    """The credibility signal over the call with its strongest moments; None when too little is known to draw."""
    if sum(value is not None for value in report.trend) < _LEAST_KNOWN_S:
        return None
    import cv2
    import numpy as np

    canvas: Canvas = np.full((_HEIGHT, _WIDTH, 3), _PAPER, np.uint8)
    plot = _Plot(canvas, len(report.trend))
    _draw_axes(plot)
    _draw_signal(plot, report.trend)
    _draw_moments(plot, report)
    done, encoded = cv2.imencode(".png", canvas)
    return encoded.tobytes() if done else None


def trend_words(report: Report) -> str:
    """What the picture shows, for people who do not see it."""
    known = [(value, second) for second, value in enumerate(report.trend) if value is not None]
    low, high = min(known), max(known, key=lambda each: each[0])
    return (
        f"Line chart of steadiness over {clock_text(len(report.trend))}: it begins at {known[0][0]:.2f} "
        f"and ends at {known[-1][0]:.2f}, is lowest at {clock_text(low[1])} ({low[0]:.2f}) and highest at "
        f"{clock_text(high[1])} ({high[0]:.2f})."
    )


@dataclass(frozen=True)
class _Plot:
    """A canvas with a time axis of `seconds` and a value axis of 0..1."""

    canvas: Canvas
    seconds: int

    def at(self, second: float, value: float) -> tuple[int, int]:
        share = second / max(1, self.seconds)
        level = min(1.0, max(0.0, value))
        x = _LEFT + share * (_WIDTH - _LEFT - _RIGHT)
        y = _TOP + (1.0 - level) * (_HEIGHT - _TOP - _BOTTOM)
        return round(x), round(y)


def _draw_axes(plot: _Plot) -> None:
    import cv2

    for value, label in ((0.0, "0"), (0.5, "0.5"), (1.0, "1")):
        cv2.line(plot.canvas, plot.at(0, value), plot.at(plot.seconds, value), _GRID, 2)
        x, y = plot.at(0, value)
        _write(plot, label, (x - 16 - 13 * len(label), y + 8))
    for second in _ticks(plot.seconds):
        x, y = plot.at(second, 0.0)
        cv2.line(plot.canvas, (x, y), (x, y + 8), _GRID, 2)
        label = clock_text(second)
        _write(plot, label, (min(x - 7 * len(label), _WIDTH - 15 * len(label)), y + 40))


def _ticks(seconds: int) -> range:
    step = next((step for step in _STEPS_S if seconds / step <= _MOST_TICKS), _STEPS_S[-1])
    return range(0, seconds + 1, step)


def _write(plot: _Plot, text: str, place: tuple[int, int]) -> None:
    import cv2

    cv2.putText(plot.canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.75, _WORDS, 1, cv2.LINE_AA)


def _draw_signal(plot: _Plot, trend: Sequence[float | None]) -> None:
    import cv2

    before: tuple[int, int] | None = None
    for second, value in _columns(trend):
        here = None if value is None else plot.at(second, value)
        if here is not None:
            cv2.line(plot.canvas, before or here, here, _LINE, 4, cv2.LINE_AA)
        before = here


def _columns(trend: Sequence[float | None]) -> Iterator[tuple[float, float | None]]:
    """The middle second and mean of each column; None where a column holds no value."""
    count = min(_MOST_COLUMNS, len(trend))
    for column in range(count):
        start, end = column * len(trend) // count, (column + 1) * len(trend) // count
        known = [value for value in trend[start:end] if value is not None]
        yield (start + end) / 2, (sum(known) / len(known) if known else None)


def _draw_moments(plot: _Plot, report: Report) -> None:
    """A triangle for each moment: upwards above the line where it raised the score, downwards below where not."""
    import cv2
    import numpy as np

    for moment in report.moments:
        x, y = plot.at(moment.offset_s, _near(report.trend, moment.offset_s))
        side = -1 if moment.effect > 0 else 1
        flat, tip = y + side * 14, y + side * 34
        corners = np.array([(x, tip), (x - 11, flat), (x + 11, flat)], np.int32)
        cv2.fillPoly(plot.canvas, [corners], _UP if moment.effect > 0 else _DOWN, cv2.LINE_AA)


def _near(trend: Sequence[float | None], offset_s: float) -> float:
    """The signal around a moment; the middle where nothing is known."""
    at = int(offset_s)
    known = [value for value in trend[max(0, at - 2) : at + 3] if value is not None]
    return sum(known) / len(known) if known else 0.5
