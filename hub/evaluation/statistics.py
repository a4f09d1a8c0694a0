"""Figures of agreement between what was labelled and what was said, and how sure they are."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Names = NDArray[np.str_]
Rows = NDArray[np.int64]
Interval = tuple[float, float]

ROUNDS = 1000
LEVEL = 0.95
_SEED = 20260101


def recalls(true: Names, said: Names) -> dict[str, float]:
    """For each label that occurs, the share of its items that were called so."""
    return {str(name): float(np.mean(said[true == name] == name)) for name in np.unique(true)}


def unweighted_recall(true: Names, said: Names) -> float:
    """Mean of the labels' recalls (UAR): every label counts the same however often it occurs."""
    _, index = np.unique(true, return_inverse=True)
    hits, counts = np.bincount(index, true == said), np.bincount(index)
    return float(np.mean(hits / counts))


def confusion(true: Names, said: Names, columns: Sequence[str]) -> dict[str, dict[str, int]]:
    """Counts by label, then by what was said."""
    return {
        str(name): {column: int(np.sum((true == name) & (said == column))) for column in columns}
        for name in np.unique(true)
    }


def correlation(one: Array, other: Array) -> float:
    """Pearson's r; NaN where one of them does not vary."""
    a, b = one - one.mean(), other - other.mean()
    size = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum() / size) if size > 1e-12 else float("nan")


def area_under_curve(positive: NDArray[np.bool_], values: Array) -> float:
    """The chance that a positive item has the higher value; NaN where there is only one kind."""
    import scipy.stats

    ranks, hits = scipy.stats.rankdata(values), int(positive.sum())
    pairs = hits * (len(values) - hits)
    return float((ranks[positive].sum() - hits * (hits + 1) / 2) / pairs) if pairs else float("nan")


def f1(true: NDArray[np.bool_], said: NDArray[np.bool_]) -> Array:
    """F1 of each column, shape (classes,); NaN for a class that is never true."""
    hits = (true & said).sum(0)
    scores = 2 * hits / np.maximum(true.sum(0) + said.sum(0), 1)
    return np.asarray(np.where(true.sum(0) > 0, scores, np.nan), np.float64)


def interval(statistic: Callable[[Rows], float], groups: Sequence[Rows]) -> Interval | None:
    """95 % percentile bootstrap of a statistic of row numbers, whole groups drawn together (Efron 1979).

    Items of one speaker are alike: drawing them apart would make figures look surer than they are. None where fewer
    than two groups leave nothing to draw from. Same data, same interval.
    """
    if len(groups) < 2:
        return None
    random = np.random.default_rng(_SEED)
    drawn = (random.integers(0, len(groups), len(groups)) for _ in range(ROUNDS))
    found = np.array([statistic(np.concatenate([groups[one] for one in pick])) for pick in drawn])
    if np.isnan(found).all():
        return None
    low, high = np.nanquantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return round(float(low), 4), round(float(high), 4)


def grouped(names: Sequence[str]) -> list[Rows]:
    """Row numbers by name; every row by itself where there are fewer than three names."""
    _, index = np.unique(np.asarray(names), return_inverse=True)
    if index.max(initial=0) < 2:
        return [np.array([row]) for row in range(len(names))]
    return [np.flatnonzero(index == group) for group in range(index.max() + 1)]


def rounded(values: Mapping[str, float]) -> dict[str, float | None]:
    """Four digits; None for what could not be computed."""
    return {name: number(value) for name, value in values.items()}


def number(value: float) -> float | None:
    """Four digits; None for NaN."""
    return None if np.isnan(value) else round(value, 4)
