"""One speaker at one moment, for sessions that are under way."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis_core.fusion.affect import DIMENSIONS
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.joined import mean
from analysis_core.fusion.person import Person
from analysis_core.fusion.strain import unit
from analysis_core.result import number


@dataclass(frozen=True)
class SpeakerNow:
    """One observed speaker in one second; None is what the second does not tell. See `Result` for the figures.

    `vad` and `delta_from_baseline` map valence, arousal and dominance; `signals` has credibility, engagement, stress
    and hesitation, 0..1; `prosody` pitch_hz, energy_db and syllable_rate; `emotions` the seven of the voice segment
    that is under way or ended last.
    """

    name: str
    talking: bool
    vad: Mapping[str, float | None]
    delta_from_baseline: Mapping[str, float | None]
    signals: Mapping[str, float | None]
    prosody: Mapping[str, float | None]
    emotions: Mapping[str, float] | None


def now(inputs: Inputs, person: Person, second: int) -> SpeakerNow:
    """The speaker in the started second `second`."""
    talking = bool(person.talk[second] > 0)
    return SpeakerNow(
        name=person.name,
        talking=talking,
        vad={name: _at(person.felt.joined[name], second) for name in DIMENSIONS},
        delta_from_baseline={name: _change(person, name, second) for name in DIMENSIONS},
        signals={
            "credibility": _at(person.credibility.signal, second),
            "engagement": _at(unit(person.signals.z["engagement"]), second),
            "stress": _at(unit(-person.signals.z["composure"]), second),
            "hesitation": _at(unit(-person.signals.z["fluency"]), second),
        },
        prosody=_prosody(inputs, second) if talking else dict.fromkeys(_PROSODY),
        emotions=_emotions(inputs, person.name, second),
    )


_PROSODY = ("pitch_hz", "energy_db", "syllable_rate")


def _at(values: Values, second: int) -> float | None:
    return number(values[second]) if second < len(values) else None


def _change(person: Person, name: str, second: int) -> float | None:
    values = person.felt.joined[name]
    return number(values[second] - mean(values, person.base))


def _prosody(inputs: Inputs, second: int) -> dict[str, float | None]:
    return {
        name: _at(np.asarray(getattr(inputs.speech, name), float), second) if inputs.speech else None
        for name in _PROSODY
    }


def _emotions(inputs: Inputs, speaker: str, second: int) -> Mapping[str, float] | None:
    segments = inputs.speech.segments if inputs.speech else ()
    own = [row for row in segments if row.speaker == speaker and row.start_s < second + 1]
    return own[-1].emotions if own else None
