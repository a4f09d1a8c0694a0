"""A coarse look of a face, to tell whether the same face is still there. It cannot identify anybody.

It is kept only while a recording is looked at and never leaves this package.
"""

import numpy as np

from analysis_core.face.network import Tensor
from analysis_core.face.region import Image

_EDGE, _STEP = 16, 4
_MEMORY = 0.8


def look(crop: Image) -> Tensor:
    """Give a crop (256, 256, 3), face and surroundings, as colours of a 16 by 16 grid around grey, a unit vector."""
    side = crop.shape[0] // _STEP // _EDGE
    blocks = crop[::_STEP, ::_STEP].reshape(_EDGE, side, _EDGE, side, 3).astype(np.float32).mean(axis=(1, 3)).ravel()
    return _unit(blocks - blocks.mean())


def likeness(one: Tensor, other: Tensor) -> float:
    """Correlation of two looks, -1..1."""
    return float(one @ other)


def blended(old: Tensor, new: Tensor) -> Tensor:
    """Let a look follow slow changes of light and position."""
    return _unit(_MEMORY * old + (1 - _MEMORY) * new)


def _unit(values: Tensor) -> Tensor:
    return values / max(float(np.linalg.norm(values)), 1e-6)
