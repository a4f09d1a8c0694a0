"""The prosody block: pitch, energy, rhythm and voice quality of the observed speech."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from analysis_core.fusion import features
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.joined import mean
from analysis_core.fusion.person import Person
from analysis_core.result import VoiceSegment, number


def prosody(inputs: Inputs, people: Sequence[Person]) -> Mapping[str, Any] | None:
    """Speech-weighted figures; None without sound or observed speech. Pitch in Hz, energy in dBFS."""
    if inputs.speech is None or not people:
        return None
    return {
        "pitch": _pitch(inputs, people),
        "energy": {
            "mean_db": _mean(inputs, people, inputs.speech.energy_db),
            "spread_db": _spread(inputs, people, inputs.speech.energy_db),
        },
        "rhythm": _rhythm(inputs, people),
        "voice_quality": {
            "jitter": _mean(inputs, people, inputs.speech.jitter),
            "shimmer": _mean(inputs, people, inputs.speech.shimmer),
            "hnr_db": _mean(inputs, people, inputs.speech.hnr_db),
        },
    }


def segments_of(inputs: Inputs, names: Collection[str]) -> tuple[VoiceSegment, ...]:
    """The observed speakers' segments, as heard."""
    heard = inputs.speech.segments if inputs.speech else ()
    return tuple(VoiceSegment(**vars(segment)) for segment in heard if segment.speaker in names)


def _pitch(inputs: Inputs, people: Sequence[Person]) -> dict[str, Any]:
    speech = inputs.speech
    quantiles = speech.pitch_quantiles_hz.get(people[0].name) if speech and len(people) == 1 else None
    return {
        "mean_hz": _mean(inputs, people, speech.pitch_hz if speech else None),
        "median_hz": number(quantiles[2]) if quantiles else None,
        "low_hz": number(quantiles[0]) if quantiles else None,
        "high_hz": number(quantiles[4]) if quantiles else None,
        "range_st": _mean(inputs, people, speech.pitch_range_st if speech else None),
        "voiced_share": _mean(inputs, people, speech.voiced_share if speech else None),
    }


def _rhythm(inputs: Inputs, people: Sequence[Person]) -> dict[str, Any]:
    names = {p.name for p in people}
    talk_s = sum(p.talk_s for p in people)
    speech = inputs.speech
    within = [x for x in speech.pauses if x.speaker in names and x.kind == "within"] if speech else []
    filled = [x for x in speech.filled_pauses if x.speaker in names] if speech else []
    paused = sum(x.end_s - x.start_s for x in within)
    return {
        "syllables_per_second": _mean(inputs, people, speech.syllable_rate if speech else None),
        "pauses_per_minute": 60.0 * len(within) / talk_s if talk_s else None,
        "mean_pause_s": paused / len(within) if within else None,
        "pause_share": paused / (paused + talk_s) if talk_s else None,
        "filled_pauses_per_minute": 60.0 * len(filled) / talk_s if talk_s else None,
    }


def _mean(inputs: Inputs, people: Sequence[Person], series: Any) -> float | None:
    values, talk = _stacked(inputs, people, series)
    return number(mean(values, talk))


def _spread(inputs: Inputs, people: Sequence[Person], series: Any) -> float | None:
    values, talk = _stacked(inputs, people, series)
    return number(np.sqrt(mean((values - mean(values, talk)) ** 2, talk)))


def _stacked(inputs: Inputs, people: Sequence[Person], series: Any) -> tuple[Values, Values]:
    fitted = features.fit(np.asarray([] if series is None else series), inputs.seconds)
    return np.concatenate([fitted for _ in people]), np.concatenate([p.talk for p in people])
