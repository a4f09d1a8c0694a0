"""Bringing a recording's voices to where neutral speech lay in training.

Microphone, codec, room, language and anatomy move the whole of a voice's embedding, far enough that a head trained on
actors hears every ordinary meeting as sad. So the mean of what is taken to be each speaker's neutral speech is moved
to the training data's neutral mean: the mean alone (a full normalisation would force variety on a steady mood), and
the less the fewer segments there are. A single segment has no baseline and is left where it is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Ints = NDArray[np.int64]

_RECORDING, _SPEAKER = 2.0, 6.0
"""Shrinkage: with this many segments after the first, a baseline moves half of the way."""


@dataclass(frozen=True)
class Anchored:
    """Moved embeddings, shape (n, size), and for each segment how much of a baseline there was, 0..1."""

    embeddings: Float
    trust: Float


def trust(segments: float, half: float) -> float:
    """How much a mean over so many segments counts, 0..1."""
    return max(segments - 1, 0) / (max(segments - 1, 0) + half)


def anchor(embeddings: Float, speakers: Ints, weights: Float, neutral: Float) -> Anchored:
    """Moves each speaker's weighted mean towards `neutral`, the recording's mean standing in for what is missing.

    `embeddings` (n, size); `speakers` (n,) indices; `weights` (n,) says how neutral a segment is taken to be.
    """
    in_recording = trust(len(embeddings), _RECORDING)
    recording = neutral + in_recording * (np.average(embeddings, axis=0, weights=weights) - neutral)
    moved, trusts = embeddings.copy(), np.zeros(len(embeddings))
    for speaker in np.unique(speakers):
        own = speakers == speaker
        by_speaker = trust(int(own.sum()), _SPEAKER)
        mean = np.average(embeddings[own], axis=0, weights=weights[own])
        moved[own] -= recording + by_speaker * (mean - recording) - neutral
        trusts[own] = in_recording + by_speaker - in_recording * by_speaker
    return Anchored(moved, trusts)
