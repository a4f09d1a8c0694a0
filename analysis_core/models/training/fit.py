"""The speech head fitted: logistic regression for emotions, ridge regression for valence, arousal and dominance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import StandardScaler

from analysis_core.models.training.material import Acted, Float, Talk, Texts
from analysis_core.speech.anchoring import anchor
from analysis_core.speech.emotion import Head

PAD = {
    "anger": (-0.51, 0.59, 0.25),
    "boredom": (-0.65, -0.62, -0.33),
    "disgust": (-0.60, 0.35, 0.11),
    "fear": (-0.64, 0.60, -0.43),
    "joy": (0.81, 0.51, 0.46),
    "neutral": (0.0, 0.0, 0.0),
    "sadness": (-0.63, -0.27, -0.33),
}
"""Pleasure, arousal, dominance of each emotion, -1..1: Russell & Mehrabian 1977, "Evidence for a three-factor theory
of emotions"; neutral is the origin."""

_REGULARISATION = 0.0007
_RIDGE = 3000.0
_VARIANT = 0.3
_TALK = {"ami": 0.05, "calls": 0.01}
"""Weights of single examples against a plain acted clip's 1; there are few AMI segments and many of the calls."""


@dataclass(frozen=True)
class Examples:
    """What a head is fitted to: embeddings (n, 1024), emotions (n,), weights (n,)."""

    embeddings: Float
    emotion: Texts
    weight: Float


def examples(corpus: Acted, talks: Sequence[Talk], chosen: NDArray[np.bool_]) -> Examples:
    """The chosen clips with their variants, and conversations as neutral speech, each at its own baseline."""
    neutral = neutral_mean(corpus, chosen)
    sets = [(corpus.plain[chosen], corpus.emotion[chosen], 1.0)]
    for varied in corpus.varied.values():
        sets.append((varied[chosen], corpus.emotion[chosen], _VARIANT))
    for talk in talks:
        if len(talk.embeddings):
            there = anchor(talk.embeddings, talk.speakers, np.ones(len(talk.embeddings)), neutral).embeddings
            sets.append((there, np.full(len(there), "neutral"), _TALK[talk.corpus]))
    return Examples(
        np.concatenate([embeddings for embeddings, _, _ in sets]),
        np.concatenate([emotion for _, emotion, _ in sets]),
        np.concatenate([np.full(len(emotion), weight) for _, emotion, weight in sets]),
    )


def neutral_mean(corpus: Acted, chosen: NDArray[np.bool_]) -> Float:
    """The mean embedding of neutral speech, which recordings are anchored to, shape (1024,)."""
    return np.asarray(corpus.plain[chosen & (corpus.emotion == "neutral")].mean(0))


def fit(data: Examples, neutral: Float, temperature: float = 1.0, stretch: Float | None = None) -> Head:
    """The head; every emotion counts the same however often it occurs. `stretch` (3,) widens V, A and D."""
    scaler = StandardScaler().fit(data.embeddings)
    scaled = scaler.transform(data.embeddings)
    classes, index = np.unique(data.emotion, return_inverse=True)
    weight = data.weight / np.bincount(index, data.weight)[index]
    weight /= weight.mean()
    emotions = LogisticRegression(C=_REGULARISATION, max_iter=2000).fit(scaled, data.emotion, sample_weight=weight)
    targets = np.array([PAD[name] for name in data.emotion])
    vad = Ridge(alpha=_RIDGE).fit(scaled, targets, sample_weight=weight)
    slopes = vad.coef_ / scaler.scale_ / 2 * (np.ones(3) if stretch is None else stretch)[:, None]
    dimensions = np.column_stack([slopes, 0.5 - slopes @ neutral])
    return Head(
        tuple(map(str, classes)), _unscaled(emotions, scaler), dimensions, neutral.astype(np.float64), temperature
    )


def _unscaled(model: LogisticRegression, scaler: StandardScaler) -> Float:
    """Coefficients and intercept for embeddings as they come, (k, 1025)."""
    coefficients = model.coef_ / scaler.scale_
    return np.column_stack([coefficients, model.intercept_ - coefficients @ scaler.mean_])
