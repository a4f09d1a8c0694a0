"""Figures of single frames gathered by second of the recording."""

import numpy as np
from numpy.typing import NDArray

from analysis_core.observations import Series

Float = NDArray[np.floating]
Seconds = NDArray[np.int64]
"""For each value the second it belongs to, in order."""

_QUARTILES = np.array([0.25, 0.5, 0.75])


def counts(second: Seconds, seconds: int) -> NDArray[np.float64]:
    """How many values each second has."""
    return np.bincount(second, minlength=seconds)[:seconds].astype(np.float64)


def means(values: Float, second: Seconds, seconds: int, least: int = 1) -> Series:
    """The mean of each second that has at least `least` values, else NaN."""
    total = np.bincount(second, values.astype(np.float64), minlength=seconds)[:seconds]
    number = counts(second, seconds)
    return np.where(number >= least, total / np.maximum(number, 1), np.nan).astype(np.float32)


def quartiles(values: Float, second: Seconds, seconds: int, least: int) -> NDArray[np.float32]:
    """Lower quartile, median and upper quartile of each second, shape (3, seconds), NaN below `least` values."""
    edges = np.searchsorted(second, np.arange(seconds + 1))
    enough = np.flatnonzero(np.diff(edges) >= least)
    first, last = edges[enough], edges[enough + 1] - 1
    ranked = values[np.lexsort((values, second))].astype(np.float64)
    place = first + _QUARTILES[:, None] * (last - first)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, last)
    found = np.full((3, seconds), np.nan, np.float32)
    found[:, enough] = ranked[below] + (place - below) * (ranked[above] - ranked[below]) if len(enough) else 0.0
    return found


def share(part: NDArray[np.float64], whole: NDArray[np.float64], least: float) -> Series:
    """`part / whole` by second, NaN where `whole` is under `least`."""
    return np.where(whole >= least, part / np.maximum(whole, least), np.nan).astype(np.float32)


def around(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of each second with its two neighbours, shape unchanged."""
    return np.convolve(values, np.ones(3), "full")[1:-1]
