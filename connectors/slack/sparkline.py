"""A small trend drawn in text."""

from collections.abc import Sequence
from itertools import pairwise

_LEVELS = "▁▂▃▄▅▆▇█"
_GAP = "·"


def sparkline(values: Sequence[float | None], width: int = 24) -> str:
    """`values` (0..1, None for gaps) averaged into at most `width` columns on a fixed scale; empty without values."""
    if all(value is None for value in values):
        return ""
    columns = min(width, len(values))
    edges = [column * len(values) // columns for column in range(columns + 1)]
    return "".join(_column(values[start:end]) for start, end in pairwise(edges))


def _column(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return _GAP
    mean = min(1.0, max(0.0, sum(known) / len(known)))
    return _LEVELS[min(len(_LEVELS) - 1, int(mean * len(_LEVELS)))]
