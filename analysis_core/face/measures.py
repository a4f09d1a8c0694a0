"""What is measured on one face in one picture: blendshapes, distances free of head pose, and the pose itself.

Distances are taken after the head's rotation and size are undone, in centimetres of the canonical face.
"""

import numpy as np

from analysis_core.face.blendshapes import NAMES
from analysis_core.face.canonical import Alignment, Points
from analysis_core.face.network import Tensor

_GROUPS = {
    "eyes": (33, 133, 263, 362),
    "inner_brows": (107, 336, 55, 285),
    "middle_brows": (105, 334, 52, 282),
    "left_inner_brow": (285, 336),
    "right_inner_brow": (55, 107),
    "left_corner": (291,),
    "right_corner": (61,),
    "upper_lip": (13,),
    "lower_lip": (14,),
    "nose_base": (2,),
    "chin": (152,),
}
"""Landmarks whose mean is one place of the face; left and right are the person's."""

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
    places = alignment.undo(_MEANS @ points[_LANDMARKS])
    return np.concatenate([blendshapes, _distances(places), alignment.angles]).astype(np.float32)


def _distances(places: Points) -> list[float]:
    x = dict(zip(_GROUPS, places[:, 0].tolist(), strict=True))
    y = dict(zip(_GROUPS, places[:, 1].tolist(), strict=True))
    corners = (y["left_corner"] + y["right_corner"]) / 2
    return [
        y["middle_brows"] - y["eyes"],
        y["inner_brows"] - y["middle_brows"],
        x["left_inner_brow"] - x["right_inner_brow"],
        y["upper_lip"] - y["lower_lip"],
        x["left_corner"] - x["right_corner"],
        corners - (y["upper_lip"] + y["lower_lip"]) / 2,
        y["nose_base"] - corners,
        y["nose_base"] - y["chin"],
    ]


def _means() -> Points:
    """One row a group: the mean of its landmarks, as weights of `_LANDMARKS`."""
    return np.array([[(landmark in group) / len(group) for landmark in _LANDMARKS] for group in _GROUPS.values()])


_LANDMARKS = sorted({landmark for group in _GROUPS.values() for landmark in group})
_MEANS = _means()
