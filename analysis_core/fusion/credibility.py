"""From signals to the credibility signal, and back to what each signal added or took.

p = logistic(sum of weight x signal), so 0.5 is a speaker at their baseline with typical words. The share of a signal
in p - 0.5 is its Aumann-Shapley value along the straight path from the baseline: for a logistic of a sum that is
(part / sum) x (p - 0.5), which adds up exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis_core.fusion.inputs import Values
from analysis_core.fusion.table import SIGNALS, table
from analysis_core.fusion.timeline import LEAST_TALK

SUSTAINED = "sustained_lows"
"""The name under which contributions show the penalty for long low stretches."""


@dataclass(frozen=True)
class Credibility:
    """`signal` is p per second, NaN where the speaker does not talk; `effects` are shares of p - 0.5 by signal.

    `effects[SUSTAINED]` is what long low stretches take on top of p.
    """

    signal: Values
    talk: Values
    effects: Mapping[str, Values]

    @property
    def worth(self) -> Values:
        """What each second is worth to the score, 0..1, zero where the speaker does not talk."""
        total: Values = 0.5 + np.sum(list(self.effects.values()), axis=0)
        return np.where(self.talk > 0, total, 0.0)


def credibility(z: Mapping[str, Values], talk: Values) -> Credibility:
    """The credibility signal of one speaker."""
    talk = np.where(talk >= LEAST_TALK, talk, 0.0)
    spoken = talk > 0
    parts = {name: np.where(spoken, table().weights[name] * np.nan_to_num(z[name]), 0.0) for name in SIGNALS}
    x = sum(parts.values(), np.zeros(len(talk)))
    p = 1.0 / (1.0 + np.exp(-x))
    slope = np.where(np.abs(x) > 1e-9, (p - 0.5) / np.where(np.abs(x) > 1e-9, x, 1.0), 0.25)
    effects = {name: part * slope for name, part in parts.items()}
    effects[SUSTAINED] = -_penalty(p, talk)
    return Credibility(np.where(spoken, p, np.nan), talk, effects)


def _penalty(p: Values, talk: Values) -> Values:
    """For seconds in a long low stretch of the speaker's own speech: a share of how far below the line they are."""
    rule = table().raw["sustained"]
    taken = np.zeros(len(p))
    own = np.flatnonzero(talk > 0)
    low = p[own] < rule["below"]
    for run in _runs(low):
        if talk[own[run]].sum() >= rule["seconds"]:
            taken[own[run]] = np.minimum(rule["penalty"] * (rule["below"] - p[own[run]]), p[own[run]])
    return taken


def _runs(flags: np.ndarray) -> list[np.ndarray]:
    where = np.flatnonzero(flags)
    return np.split(where, np.flatnonzero(np.diff(where) > 1) + 1) if len(where) else []
