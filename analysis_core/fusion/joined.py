"""Series and means over several people, each second weighted by how much each of them speaks in it."""

from collections.abc import Callable, Sequence

import numpy as np

from analysis_core.fusion.inputs import Values
from analysis_core.fusion.person import Person
from analysis_core.fusion.timeline import LEAST_TALK


def series(people: Sequence[Person], pick: Callable[[Person], Values], seconds: int) -> Values:
    """One value per second over everybody who speaks in it; NaN where nobody observed does."""
    total, weight = np.zeros(seconds), np.zeros(seconds)
    for person in people:
        values = pick(person)
        talk = np.where((person.talk >= LEAST_TALK) & np.isfinite(values), person.talk, 0.0)
        total += np.where(talk > 0, np.nan_to_num(values) * talk, 0.0)
        weight += talk
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def mean(values: Values, talk: Values) -> float:
    """The speech-weighted mean of what was observed; NaN when nothing was."""
    known = np.isfinite(values) & (talk > 0)
    return float(np.average(values[known], weights=talk[known])) if known.any() else float("nan")


def over(people: Sequence[Person], pick: Callable[[Person], Values]) -> float:
    """The speech-weighted mean over several people."""
    if not people:
        return float("nan")
    return mean(np.concatenate([pick(p) for p in people]), np.concatenate([p.talk for p in people]))


def observed_share(people: Sequence[Person], pick: Callable[[Person], Values]) -> float:
    """The share of the people's speech in which a measure was observed, 0..1."""
    whole = sum(p.talk_s for p in people)
    seen = sum(float(p.talk[np.isfinite(pick(p))].sum()) for p in people)
    return seen / whole if whole > 0 else 0.0
