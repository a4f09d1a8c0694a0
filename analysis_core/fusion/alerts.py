"""Thresholds that were crossed for several seconds."""

from collections.abc import Callable, Mapping, Sequence

from analysis_core.fusion.baseline import smoothed
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.people import refused
from analysis_core.fusion.person import Person
from analysis_core.fusion.runs import Run, above, below
from analysis_core.result import Alert

_LEAST_S = 3
_BRIDGE_S = 15
_HALF_WIDTH_S = 2
_JUDGING = "credibility"

_SERIES: Mapping[str, Callable[[Person], Values]] = {
    "arousal": lambda p: p.felt.joined["arousal"],
    "valence": lambda p: p.felt.joined["valence"],
    "dominance": lambda p: p.felt.joined["dominance"],
    "credibility": lambda p: p.credibility.signal,
}


def alerts(inputs: Inputs, people: Sequence[Person]) -> tuple[Alert, ...]:
    """One alert for each stretch of at least three seconds beyond a threshold; close stretches are one.

    Nobody is alerted to the credibility of whom the score abstains from judging.
    """
    found = [
        Alert(name, line, run.extreme, float(run.start), person.name)
        for person in people
        for name, line in _thresholds(inputs, person).items()
        for run in _crossings(person, name, line)
    ]
    return tuple(sorted(found, key=lambda alert: (alert.offset_s, alert.type, alert.value)))


def _thresholds(inputs: Inputs, person: Person) -> dict[str, float]:
    judged = refused(inputs, [person]) is None
    return {name: line for name, line in inputs.options.thresholds.items() if judged or _dimension(name) != _JUDGING}


def _dimension(name: str) -> str:
    return name.rpartition("_")[0]


def _crossings(person: Person, name: str, line: float) -> list[Run]:
    dimension, _, side = name.rpartition("_")
    if dimension not in _SERIES or side not in ("high", "low"):
        return []
    values = smoothed(_SERIES[dimension](person), person.talk, _HALF_WIDTH_S)
    find = above if side == "high" else below
    return find(values, line, _LEAST_S, _BRIDGE_S)
