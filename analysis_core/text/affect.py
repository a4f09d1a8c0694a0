"""Valence, arousal, dominance and emotions of sentences, by linear heads on frozen features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from analysis_core.models import weights
from analysis_core.text.encoder import Features

MODEL = "sentence-heads"
DIMENSIONS = ("valence", "arousal", "dominance")
EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")

_SQUASH = 2.5
"""Spreads from the middle at which a dimension has gone three quarters of the way to its end."""


@dataclass(frozen=True)
class Feeling:
    """VAD 0..1 with 0.5 for a usual sentence; emotions are independent probabilities."""

    valence: float
    arousal: float
    dominance: float
    emotions: Mapping[str, float]


@dataclass(frozen=True)
class Heads:
    """`vad` (features, 3) gives spreads from the mean of EmoBank's sentences; `emotion` (features, 7) gives logits."""

    vad: Features
    vad_bias: Features
    emotion: Features
    emotion_bias: Features


def judge(features: Features, using: Heads | None = None) -> list[Feeling]:
    """One feeling for each row of features."""
    using = using or heads()
    vad = 0.5 + 0.5 * np.tanh((features @ using.vad + using.vad_bias) / _SQUASH)
    emotions = 1 / (1 + np.exp(-(features @ using.emotion + using.emotion_bias)))
    return [_feeling(row, likely) for row, likely in zip(vad, emotions, strict=True)]


def _feeling(row: Sequence[float], likely: Sequence[float]) -> Feeling:
    named = {name: float(value) for name, value in zip(EMOTIONS, likely, strict=True)}
    return Feeling(float(row[0]), float(row[1]), float(row[2]), named)


@cache
def heads() -> Heads:
    """The committed heads. Raises `ModelMissing` where the file is not the catalogue's."""
    return load(weights(MODEL))


def load(path: Path) -> Heads:
    """Heads from a file."""
    with np.load(path, allow_pickle=False) as saved:
        return Heads(**{name: saved[name] for name in ("vad", "vad_bias", "emotion", "emotion_bias")})
