"""Valence, arousal and dominance per second and speaker, from whatever saw them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis_core.fusion.features import face, segments, weighted
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.timeline import laid

DIMENSIONS = ("valence", "arousal", "dominance")

_TRUST: Mapping[str, Mapping[str, float]] = {
    "valence": {"text": 0.5, "face": 0.35, "voice": 0.15},
    "arousal": {"voice": 0.6, "face": 0.25, "text": 0.15},
    "dominance": {"voice": 0.6, "text": 0.4},
}
"""How far each modality is trusted for each dimension: valence is weak in the voice, arousal is strong there."""


_RELIABILITY = {"valence": 0.7, "arousal": 0.6, "dominance": 0.4}
"""About the correlation with human raters that the best of the modalities reaches."""


@dataclass(frozen=True)
class Affect:
    """Per dimension the joined values, and per modality where they came from, all 0..1."""

    joined: Mapping[str, Values]
    parts: Mapping[str, Mapping[str, Values]]

    def confidence(self, talk: Values) -> float:
        """0..1: how well each dimension can be told at all, times the share of trust that was there in the speech."""
        if not talk.sum():
            return 0.0
        shares = [
            np.average(np.isfinite(values), weights=talk) * _TRUST[dimension][modality] * _RELIABILITY[dimension]
            for dimension, modalities in self.parts.items()
            for modality, values in modalities.items()
        ]
        return float(sum(shares) / len(DIMENSIONS))


def affect(inputs: Inputs, speaker: str, talk: Values) -> Affect:
    """What is known about the speaker in the seconds in which they talk."""
    seconds = len(talk)
    pictures = face(inputs, speaker, talk)
    parts: dict[str, dict[str, Values]] = {}
    for dimension in DIMENSIONS:
        found = {
            "voice": segments(inputs, speaker, dimension, seconds),
            "text": sentences(inputs, speaker, dimension, seconds),
            "face": pictures.get(f"face_{dimension}", np.full(seconds, np.nan)),
        }
        trusted = {name: np.where(talk > 0, found[name], np.nan) for name in _TRUST[dimension]}
        parts[dimension] = trusted
    joined = {name: np.clip(weighted(parts[name], _TRUST[name], seconds), 0, 1) for name in DIMENSIONS}
    return Affect(joined, parts)


def sentences(inputs: Inputs, speaker: str, dimension: str, seconds: int) -> Values:
    """A figure of the speaker's sentences, laid on the seconds they cover."""
    total, weight = np.zeros(seconds), np.zeros(seconds)
    for sentence in inputs.text.sentences if inputs.text else ():
        value = getattr(sentence, dimension)
        if sentence.speaker != speaker or value is None or sentence.start_s is None or sentence.end_s is None:
            continue
        place, share = laid(sentence.start_s, max(sentence.end_s, sentence.start_s + 0.05), seconds)
        total[place] += share * value
        weight[place] += share
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)
