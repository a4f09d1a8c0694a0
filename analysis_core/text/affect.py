"""Valence, arousal, dominance and emotions of sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis_core.text.encoder import DIMENSIONS, EMOTIONS, Scores

_SQUASH = 2.5
"""Spreads from the middle at which a dimension has gone three quarters of the way to its end."""


@dataclass(frozen=True)
class Feeling:
    """VAD 0..1 with 0.5 for a usual sentence; emotions are independent probabilities."""

    valence: float
    arousal: float
    dominance: float
    emotions: Mapping[str, float]


def judge(scores: Scores) -> list[Feeling]:
    """One feeling for each row of `encode`'s scores."""
    spreads, logits = np.split(scores.astype(np.float64), [len(DIMENSIONS)], axis=1)
    vad, likely = 0.5 + 0.5 * np.tanh(spreads / _SQUASH), 1 / (1 + np.exp(-logits))
    return [_feeling(*row) for row in zip(vad.tolist(), likely.tolist(), strict=True)]


def _feeling(vad: list[float], likely: list[float]) -> Feeling:
    return Feeling(vad[0], vad[1], vad[2], dict(zip(EMOTIONS, likely, strict=True)))
