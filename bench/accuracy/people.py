"""Real faces to draw on and to fill galleries with: the first pictures of short recordings of people talking."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis_core.face.landmarker import Mesh
from analysis_core.face.models import load
from analysis_core.face.region import Region, crop
from analysis_core.face.windows import whole
from analysis_core.io.media import open_media
from analysis_core.options import Options
from sandbox.recording.portraits import Portrait

Picture = NDArray[np.uint8]

_FEATURES = {
    "mouth_left": (61,), "mouth_right": (291,), "in_top": (13,), "in_bot": (14,), "chin": (152,),
    "brow_in_left": (55, 107), "brow_mid_left": (52, 105), "brow_out_left": (46, 70),
    "brow_in_right": (285, 336), "brow_mid_right": (282, 334), "brow_out_right": (276, 300),
    "eye_top_left": (159,), "eye_bot_left": (145,), "eye_in_left": (133,), "eye_out_left": (33,),
    "eye_top_right": (386,), "eye_bot_right": (374,), "eye_in_right": (362,), "eye_out_right": (263,),
    "cheek_left": (50,), "cheek_right": (280,),
}  # fmt: skip
"""Landmarks of the places that warps start from; left and right are the picture's."""


def videos(meetings: Path) -> list[Path]:
    """One recording a person."""
    return sorted((meetings / "faces").glob("*.mpg"))


def pictures(path: Path, per_second: float, most: int) -> Iterator[Picture]:
    """The first pictures of a recording."""
    for _, frame in zip(range(most), open_media(path, Options()).frames(per_second), strict=False):
        yield frame.image


def mesh(picture: Picture) -> Mesh:
    """The landmarks of the one face in a picture."""
    height, width = picture.shape[:2]
    networks = load()
    (found, *_) = networks.far.find(picture, whole(width, height)) or networks.near.find(picture, whole(width, height))
    return networks.landmarker.mesh(picture, networks.landmarker.mesh(picture, found.region).region)


def portrait(path: Path, size: int) -> Portrait:
    """A recording's first face, cropped to a square of `size` pixels, with its features."""
    (picture,) = pictures(path, 2.0, 1)
    found = mesh(picture)
    left, top, right, bottom = map(float, found.box)
    side = 1.7 * max(right - left, bottom - top)
    square = Region((left + right) / 2, (top + bottom) / 2, side)
    corner = np.array([square.x - side / 2, square.y - side / 2])
    points = (found.points[:, :2] - corner) * (size / side)
    places = {name: tuple(map(float, points[list(indices)].mean(0))) for name, indices in _FEATURES.items()}
    return Portrait(crop(picture, square, size).astype(np.float32), {name: (x, y) for name, (x, y) in places.items()})
