"""Everything known about one observed speaker, computed once and used by all parts of the result."""

from dataclasses import dataclass

from analysis_core.fusion.affect import Affect, affect
from analysis_core.fusion.baseline import window
from analysis_core.fusion.credibility import Credibility, credibility
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.signals import Signals, signals
from analysis_core.fusion.timeline import shares, spoken


@dataclass(frozen=True)
class Person:
    """`talk` is the share of each second in which they speak, `base` the weight of each second in their baseline."""

    name: str
    talk: Values
    base: Values
    felt: Affect
    signals: Signals
    credibility: Credibility

    @property
    def talk_s(self) -> float:
        """Seconds of speech."""
        return float(self.talk.sum())


def person(inputs: Inputs, name: str) -> Person:
    """Observe one speaker."""
    talk = shares(spoken(inputs, name), inputs.seconds)
    felt = affect(inputs, name, talk)
    base = window(talk, inputs.options.baseline_window_s)
    found = signals(inputs, name, talk, base, felt)
    return Person(name, talk, base, felt, found, credibility(found.z, talk))
