"""What is measured on one face in one picture: blendshapes, distances free of head pose, and the pose itself.

Distances are taken after the head's rotation and size are undone, in centimetres of the canonical face.
"""

import numpy as np

from analysis_core.face.blendshapes import NAMES
from analysis_core.face.canonical import Alignment, Points
from analysis_core.face.network import Tensor

_EYE_CORNERS = (33, 133, 263, 362)
_INNER_BROWS = (107, 336, 55, 285)
_MIDDLE_BROWS = (105, 334, 52, 282)
_MOUTH_CORNERS = (61, 291)
_UPPER_LIP_INSIDE, _LOWER_LIP_INSIDE = 13, 14
_NOSE_BASE, _CHIN = 2, 152

DISTANCES = (
    "middle_brow_height",
    "brow_obliqueness",
    "brow_gap",
    "lip_gap",
    "mouth_width",
    "corner_above_lips",
    "corner_below_nose",
    "jaw_length",
)
POSE = ("pitch", "yaw", "roll")
MEASURES = (*NAMES, *DISTANCES, *POSE)
INDEX = {name: column for column, name in enumerate(MEASURES)}


def picture_to_canonical(points: Tensor) -> Points:
    """Turn landmarks in pixels (x right, y down, z away) into the canonical face's directions."""
    return points.astype(np.float64) * (1, -1, -1)


def measure(blendshapes: Tensor, points: Points, alignment: Alignment) -> Tensor:
    """Give all of `MEASURES` for landmarks `points` (478, 3) in canonical directions."""
    distances = _distances(alignment.undo(points))
    return np.concatenate([blendshapes, distances, alignment.angles]).astype(np.float32)


def _distances(face: Points) -> list[float]:
    eyes = _height(face, *_EYE_CORNERS)
    middle = _height(face, *_MIDDLE_BROWS) - eyes
    corners = _height(face, *_MOUTH_CORNERS)
    nose = _height(face, _NOSE_BASE)
    return [
        middle,
        _height(face, *_INNER_BROWS) - eyes - middle,
        _across(face, 285, 336) - _across(face, 55, 107),
        _height(face, _UPPER_LIP_INSIDE) - _height(face, _LOWER_LIP_INSIDE),
        _across(face, 291) - _across(face, 61),
        corners - _height(face, _UPPER_LIP_INSIDE, _LOWER_LIP_INSIDE),
        nose - corners,
        nose - _height(face, _CHIN),
    ]


def _height(face: Points, *landmarks: int) -> float:
    return float(face[list(landmarks), 1].mean())


def _across(face: Points, *landmarks: int) -> float:
    return float(face[list(landmarks), 0].mean())
