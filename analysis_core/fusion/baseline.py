"""A speaker's own baseline, and how far each second strays from it."""

from dataclasses import dataclass

import numpy as np

from analysis_core.fusion.inputs import Values
from analysis_core.fusion.table import table

_MAD_TO_SD = 1.4826
_LEAST_WINDOW_S = 15.0
_BORDERS_S = 2
_HALF_SURE_S = 10.0
"""After this much speech a baseline is half known, and what strays from it counts half."""


@dataclass(frozen=True)
class Baseline:
    """Robust centre and spread of one measure."""

    centre: float
    spread: float


def window(talk: Values, window_s: float) -> Values:
    """The weight of each second in the baseline: the first `window_s` seconds of the speaker's own speech.

    Whoever speaks little has a shorter one, so that there is something to compare with it: the first third of their
    speech, but at least fifteen seconds.
    """
    length = min(window_s, max(_LEAST_WINDOW_S, float(talk.sum()) / 3))
    spoken = np.cumsum(talk)
    return np.where(spoken - talk < length, talk, 0.0)


def baseline(values: Values, weights: Values, usual_spread: float) -> Baseline | None:
    """Interquartile mean and MAD over the window; the spread is drawn towards the usual one, more so in short windows.

    The centre stays the speaker's own: nobody's pitch or loudness is measured against other people's.
    """
    used = np.isfinite(values) & (weights > 0)
    if not used.any():
        return None
    inside = values[used]
    low, high = np.percentile(inside, [25, 75])
    middle = inside[(inside >= low) & (inside <= high)]
    centre = float(middle.mean() if len(middle) else inside.mean())  # two values lie outside their own quartiles
    own = float(np.median(np.abs(inside - centre))) * _MAD_TO_SD
    seconds, prior = float(weights[used].sum()), table().number("prior_seconds")
    spread = np.sqrt((seconds * own**2 + prior * usual_spread**2) / (seconds + prior))
    return Baseline(centre, float(spread))


def z_scores(values: Values, talk: Values, weights: Values, usual_spread: float) -> Values:
    """Each second in spreads from the baseline, within -3..3; NaN where not observed.

    Values are smoothed first: where the seconds' borders fall must not matter. The shorter the baseline, the less
    counts what strays from it.
    """
    values = smoothed(values, talk, _BORDERS_S)
    found = baseline(values, weights, usual_spread)
    if found is None:
        return np.full(len(values), np.nan)
    known_s = float(weights[np.isfinite(values)].sum())
    sure = known_s / (known_s + _HALF_SURE_S)
    return np.clip(sure * (values - found.centre) / found.spread, -3.0, 3.0)


def smoothed(values: Values, talk: Values, half_width: int) -> Values:
    """A triangular average over neighbouring seconds in which the speaker talks; NaN stays where they do not."""
    kernel = np.concatenate([np.arange(1, half_width + 2), np.arange(half_width, 0, -1)]).astype(float)
    weight = np.where(np.isfinite(values), talk, 0.0)
    known = np.where(np.isfinite(values), values, 0.0)
    below = _same(weight, kernel)
    average = np.divide(_same(known * weight, kernel), below, out=np.full(len(values), np.nan), where=below > 1e-9)
    return np.where(talk > 0, average, np.nan)


def _same(values: Values, kernel: Values) -> Values:
    if not len(values):  # words without times belong to no second
        return values
    reach = len(kernel) // 2
    full: Values = np.convolve(values, kernel)
    return full[reach : reach + len(values)]
