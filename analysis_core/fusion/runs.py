"""Stretches in which a series stays beyond a line."""

from dataclasses import dataclass

import numpy as np

from analysis_core.fusion.inputs import Values


@dataclass(frozen=True)
class Run:
    """Seconds from `start` to before `end`, and the extreme value in between."""

    start: int
    end: int
    extreme: float


def above(values: Values, line: float, least_s: int, bridge_s: int = 3) -> list[Run]:
    """Runs of at least `least_s` observed seconds at or above the line; gaps of `bridge_s` seconds are bridged."""
    beyond = np.flatnonzero(np.isfinite(values) & (np.nan_to_num(values, nan=-np.inf) >= line))
    if not len(beyond):
        return []
    groups = np.split(beyond, np.flatnonzero(np.diff(beyond) > bridge_s + 1) + 1)
    return [Run(int(g[0]), int(g[-1]) + 1, float(values[g].max())) for g in groups if len(g) >= least_s]


def below(values: Values, line: float, least_s: int, bridge_s: int = 3) -> list[Run]:
    """Runs at or below the line."""
    return [Run(run.start, run.end, -run.extreme) for run in above(-values, -line, least_s, bridge_s)]
