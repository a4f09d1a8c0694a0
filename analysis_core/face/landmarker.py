"""478 landmarks and 52 blendshapes of one face. Kartynnik et al. 2019, arXiv:1907.06724; Grishchenko et al. 2023."""

import math
from dataclasses import dataclass

import numpy as np

from analysis_core.face.blendshapes import INPUT_LANDMARKS
from analysis_core.face.network import Network, Tensor
from analysis_core.face.region import Image, Region, crop

_SIZE = 256
_TO_SHARE = np.float32(1 / 255)
_LANDMARKS = 478
_EYE_CORNERS = (33, 263)
_MARGIN = 1.5


@dataclass(frozen=True)
class Mesh:
    """`points` (478, 3) in pixels, z growing away from the viewer; `presence` 0..1 whether it is a face at all.

    `crop` is what the network saw, (256, 256, 3).
    """

    points: Tensor
    presence: float
    crop: Image

    @property
    def region(self) -> Region:
        """Where to look for this face in the next picture."""
        left, right = self.points[_EYE_CORNERS[0]], self.points[_EYE_CORNERS[1]]
        rotation = math.atan2(float(right[1] - left[1]), float(right[0] - left[0]))
        cos, sin = math.cos(rotation), math.sin(rotation)
        x, y = self.points[:, 0], self.points[:, 1]
        along, across = cos * x + sin * y, -sin * x + cos * y
        middle, middle_across = (along.min() + along.max()) / 2, (across.min() + across.max()) / 2
        side = float(max(np.ptp(along), np.ptp(across))) * _MARGIN
        centre_x, centre_y = cos * middle - sin * middle_across, sin * middle + cos * middle_across
        return Region(float(centre_x), float(centre_y), side, rotation)

    @property
    def box(self) -> Tensor:
        """Left, top, right, bottom in pixels."""
        flat = self.points[:, :2]
        return np.concatenate([flat.min(axis=0), flat.max(axis=0)])


class Landmarker:
    """The two networks that look at one face."""

    def __init__(self, mesh: Network, blendshapes: Network) -> None:
        self._mesh = mesh
        self._blendshapes = blendshapes

    def mesh(self, image: Image, region: Region) -> Mesh:
        """Find the landmarks of the face in `region`; check `presence` before believing them."""
        seen = crop(image, region, _SIZE)
        outputs = self._mesh(np.multiply(seen[None], _TO_SHARE, dtype=np.float32))
        points = next(output for output in outputs if output.size == _LANDMARKS * 3).reshape(_LANDMARKS, 3)
        points /= np.float32(_SIZE)
        presence = next(output for output in outputs if output.size == 1).item()
        flat = region.to_picture(points[:, :2])
        placed = np.concatenate([flat, points[:, 2:] * region.side], axis=1).astype(np.float32)
        return Mesh(placed, 1 / (1 + math.exp(-presence)), seen)

    def blendshapes(self, mesh: Mesh) -> Tensor:
        """Give the 52 blendshapes, 0..1, in the order of `blendshapes.NAMES`."""
        return self._blendshapes(mesh.points[INPUT_LANDMARKS, :2][None])[0].ravel()
