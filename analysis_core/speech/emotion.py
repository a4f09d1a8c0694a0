"""What a voice says: emotions, valence, arousal and dominance of segments, relative to each speaker's own neutral.

The head is a linear one on the embedding, trained by `analysis_core.models.train`. Arousal also follows loudness and
pitch against the speaker's own median, since an embedding at a fixed level cannot know that somebody got louder.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis_core.models import weights
from analysis_core.observations import SpeechSegment
from analysis_core.speech.anchoring import Anchored, Float, Ints, anchor

_PER_DB, _PER_SEMITONE = 0.015, 0.01
"""What a decibel and a semitone above the speaker's median add to arousal (0..1)."""
_MOST = 0.2
"""Loudness and pitch together move arousal by no more than this."""
_ROUNDS = 3
_NEUTRAL_PRIOR = 3.0
"""How much more frequent neutral speech is in conversation than any one emotion; among actors it is not."""
_FLOOR = 0.05
"""Weight in the baseline of a segment that sounds anything but neutral."""
_LONG_ENOUGH_S = 4.0


@dataclass(frozen=True)
class Voice:
    """A segment before judgement. Seconds, dBFS, semitones (NaN where nothing is voiced), embedding (1024,)."""

    start_s: float
    end_s: float
    speaker: int
    level_db: float
    pitch_st: float
    embedding: NDArray[np.float32]


@dataclass(frozen=True)
class Head:
    """Linear weights. `classes` (k), `emotions` (k, size + 1), `dimensions` (3, size + 1): V, A, D about 0.5."""

    classes: tuple[str, ...]
    emotions: Float
    dimensions: Float
    neutral: Float
    temperature: float

    def posteriors(self, embeddings: Float) -> Float:
        """Tempered probabilities, shape (n, k)."""
        scores = (embeddings @ self.emotions[:, :-1].T + self.emotions[:, -1]) / self.temperature
        powers = np.exp(scores - scores.max(1, keepdims=True))
        return np.asarray(powers / powers.sum(1, keepdims=True))

    def heard(self, anchored: Anchored) -> Float:
        """Probabilities in a conversation, (n, k): people are mostly neutral there, as far as there is a baseline."""
        prior = np.ones((len(anchored.trust), len(self.classes)))
        prior[:, self.classes.index("neutral")] = _NEUTRAL_PRIOR**anchored.trust
        powers = self.posteriors(anchored.embeddings) * prior
        return np.asarray(powers / powers.sum(1, keepdims=True))

    def vad(self, embeddings: Float) -> Float:
        """Valence, arousal and dominance, shape (n, 3), 0.5 for neutral speech; may leave 0..1."""
        return np.asarray(embeddings @ self.dimensions[:, :-1].T + self.dimensions[:, -1])

    def anchored(self, embeddings: Float, speakers: Ints) -> Anchored:
        """Anchors in rounds: what sounds neutral after one round counts more as baseline in the next."""
        trusted = np.ones(len(embeddings))
        for _ in range(_ROUNDS):
            result = anchor(embeddings, speakers, trusted, self.neutral)
            trusted = self.posteriors(result.embeddings)[:, self.classes.index("neutral")] + _FLOOR
        return result


@cache
def head() -> Head:
    """The trained head. Raises `ModelMissing` when it is not the one the catalogue names."""
    with np.load(weights("speech-emotion-head"), allow_pickle=False) as saved:
        return load(dict(saved))


def load(saved: dict[str, NDArray[np.generic]]) -> Head:
    """A head from its arrays as they are in the file."""
    emotions, dimensions, neutral = (saved[name].astype(np.float64) for name in ("emotions", "dimensions", "neutral"))
    classes = tuple(str(name) for name in saved["classes"])
    return Head(classes, emotions, dimensions, neutral, float(saved["temperature"].astype(np.float64)))


def judge(voices: Sequence[Voice], names: Sequence[str], using: Head | None = None) -> tuple[SpeechSegment, ...]:
    """The segments with what they say; all of one recording together, since they are each other's baseline.

    `using` is the shipped head where none is given. Raises `ModelMissing`.
    """
    if not voices:
        return ()
    using = using or head()
    embeddings = np.stack([voice.embedding for voice in voices]).astype(np.float64)
    speakers = np.array([voice.speaker for voice in voices])
    anchored = using.anchored(embeddings, speakers)
    shares = using.heard(anchored)
    vad = using.vad(anchored.embeddings)
    vad[:, 1] += anchored.trust * _lift(voices, speakers)
    emotions = [dict(zip(using.classes, map(float, row), strict=True)) for row in shares]
    rows = zip(voices, emotions, vad.clip(0, 1), anchored.trust, strict=True)
    return tuple(_segment(voice, names[voice.speaker], *row) for voice, *row in rows)


def _lift(voices: Sequence[Voice], speakers: Ints) -> Float:
    """What loudness and pitch against the speaker's median add to arousal, shape (n,)."""
    level = np.array([voice.level_db for voice in voices])
    pitch = np.array([voice.pitch_st for voice in voices])
    lift = np.zeros(len(voices))
    for speaker in np.unique(speakers):
        own = speakers == speaker
        lift[own] = _PER_DB * _above(level[own]) + _PER_SEMITONE * _above(pitch[own])
    return lift.clip(-_MOST, _MOST)


def _above(values: Float) -> Float:
    known = values[~np.isnan(values)]
    return np.nan_to_num(values - np.median(known)) if len(known) else np.zeros(len(values))


def _segment(voice: Voice, speaker: str, emotions: Mapping[str, float], vad: Float, trusted: float) -> SpeechSegment:
    length = min(1.0, (voice.end_s - voice.start_s) / _LONG_ENOUGH_S)
    confidence = length * (0.3 + 0.7 * trusted) * max(emotions.values()) ** 0.5
    valence, arousal, dominance = map(float, vad)
    return SpeechSegment(voice.start_s, voice.end_s, speaker, valence, arousal, dominance, emotions, float(confidence))
