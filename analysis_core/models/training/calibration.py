"""Scales that mean something, set by development splits."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

Float = NDArray[np.float32]


def platt(logits: Float, true: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and shift that make logits honest: Platt 1999, "Probabilistic outputs for support vector machines".

    Emotions are learned from sentences chosen to hold many rare ones, which makes those too likely.
    """
    model = LogisticRegression(C=1e3).fit(logits[:, None], true)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def expected(said: Float, rated: Float) -> tuple[float, float]:
    """Slope and shift that make of what is said the rating to expect: the worse it tells, the less that strays."""
    slope, shift = np.polyfit(said.astype(np.float64), rated.astype(np.float64), 1)
    return float(slope), float(shift)
