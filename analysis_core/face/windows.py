"""Which squares of a picture the detector looks at."""

import numpy as np

from analysis_core.face.region import Region

_SHARES = (0.5, 1 / 3)
_SHIFT_SHARE = 0.7


def whole(width: int, height: int) -> list[Region]:
    """Give the square around the whole picture: finds faces of about a tenth of its width and more."""
    return [Region(width / 2, height / 2, float(max(width, height)))]


def tiled(width: int, height: int) -> list[Region]:
    """Give the whole picture and overlapping windows of its half and third: finds the faces of a 5 by 5 gallery."""
    windows = whole(width, height)
    for share in _SHARES:
        side = max(width, height) * share
        windows += [Region(x, y, side) for y in _centres(height, side) for x in _centres(width, side)]
    return windows


def _centres(length: int, side: float) -> list[float]:
    if length <= side:
        return [length / 2]
    count = int(np.ceil((length - side) / (side * _SHIFT_SHARE))) + 1
    return [float(centre) for centre in np.linspace(side / 2, length - side / 2, count)]
