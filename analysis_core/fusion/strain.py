"""Strain: the map and the indicators made from composure."""

from collections.abc import Sequence

import numpy as np

from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.joined import mean, over, series
from analysis_core.fusion.person import Person
from analysis_core.fusion.runs import above
from analysis_core.fusion.table import table
from analysis_core.result import StressIndicators, number, numbers

_MARKED = 0.62
_LEAST_S = 3
_PEAKS = 5


def unit(z: Values) -> Values:
    """A z-score as 0..1 with 0.5 at the baseline."""
    return 1.0 / (1.0 + np.exp(-z))


def stress(inputs: Inputs, people: Sequence[Person]) -> StressIndicators:
    """Strain in voice and face against each person's own baseline."""
    together = series(people, lambda p: unit(-p.signals.z["composure"]), inputs.seconds)
    level = over(people, lambda p: unit(-p.signals.z["composure"]))
    return StressIndicators(number(level), numbers(together), _indicators(people), tuple(_peaks(inputs, people)))


def _indicators(people: Sequence[Person]) -> dict[str, float]:
    """Mean change after the baseline window, in spreads, of each measure that was observed."""
    found = {}
    for name, weight in table().raw["composure"].items():
        rows = [
            (p.signals.voice.get(name, p.signals.face.get(name)), np.where(p.base > 0, 0.0, p.talk)) for p in people
        ]
        known = [(values, talk) for values, talk in rows if values is not None]
        if known:
            change = mean(np.concatenate([v for v, _ in known]), np.concatenate([t for _, t in known]))
            if np.isfinite(change):
                found[name] = float(np.sign(weight)) * change
    return found


def _peaks(inputs: Inputs, people: Sequence[Person]) -> list[dict[str, object]]:
    runs = [(p.name, run) for p in people for run in above(unit(-p.signals.z["composure"]), _MARKED, _LEAST_S)]
    strongest = sorted(runs, key=lambda row: (-row[1].extreme, row[1].start))[:_PEAKS]
    return [
        {
            "start_s": float(run.start),
            "end_s": min(float(run.end), inputs.duration_s),
            "speaker": name,
            "intensity": run.extreme,
        }
        for name, run in sorted(strongest, key=lambda row: row[1].start)
    ]
