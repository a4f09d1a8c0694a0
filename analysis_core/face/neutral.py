"""A face's own neutral: what its measures are at rest, found without being told when it rests."""

import numpy as np

from analysis_core.face.measures import INDEX, MEASURES, POSE
from analysis_core.face.network import Tensor

_QUANTILE = 0.4
_MOUTH_QUANTILE = 0.15
_POSE_QUANTILE = 0.5
_PRIOR_SAMPLES = 3.0
_OPEN_WHEN_TALKING = ("lip_gap", "jaw_length", "jawOpen", "mouthLowerDownLeft", "mouthLowerDownRight")

_RESTING: dict[str, float] = {
    "browDownLeft": 0.04,
    "browDownRight": 0.04,
    "browInnerUp": 0.02,
    "browOuterUpLeft": 0.05,
    "browOuterUpRight": 0.05,
    "eyeBlinkLeft": 0.05,
    "eyeBlinkRight": 0.05,
    "eyeLookDownLeft": 0.15,
    "eyeLookDownRight": 0.15,
    "eyeLookInLeft": 0.06,
    "eyeLookInRight": 0.06,
    "eyeLookOutLeft": 0.06,
    "eyeLookOutRight": 0.06,
    "eyeLookUpLeft": 0.06,
    "eyeLookUpRight": 0.06,
    "eyeSquintLeft": 0.33,
    "eyeSquintRight": 0.33,
    "middle_brow_height": 2.32,
    "brow_obliqueness": -0.38,
    "brow_gap": 2.99,
    "lip_gap": 0.02,
    "mouth_width": 5.2,
    "corner_above_lips": 0.0,
    "corner_below_nose": 2.6,
    "jaw_length": 7.4,
}
"""Medians over the faces of eight people looking into a camera; measures not named rest at 0."""

RESTING: Tensor = np.array([_RESTING.get(name, 0.0) for name in MEASURES], np.float32)


def _quantiles() -> dict[float, list[int]]:
    """Group columns by the quantile that is rest: a talking mouth is open more often than not, a brow seldom up."""
    talking = [INDEX[name] for name in _OPEN_WHEN_TALKING]
    turning = [INDEX[name] for name in POSE]
    others = [column for column in range(len(MEASURES)) if column not in {*talking, *turning}]
    return {_MOUTH_QUANTILE: talking, _POSE_QUANTILE: turning, _QUANTILE: others}


def neutral(samples: Tensor) -> Tensor:
    """Give the resting value of each measure from samples (m, len(MEASURES)).

    A quantile of the face's own samples, drawn to the population's rest as if that were three samples more: a face
    seen for a moment is judged by what faces look like, one seen for a minute by itself.
    """
    own = np.empty(samples.shape[1], np.float32)
    for quantile, columns in _quantiles().items():
        own[columns] = np.quantile(samples[:, columns], quantile, axis=0)
    share = len(samples) / (len(samples) + _PRIOR_SAMPLES)
    return (share * own + (1 - share) * RESTING).astype(np.float32)
