"""Notices cuts: another speaker's view, another face in a gallery's tile, a shared screen."""

import numpy as np

from analysis_core.face.network import Tensor
from analysis_core.face.region import Image

_SAMPLES = 64
_CUT_LEVELS = 20.0
_SURROUNDINGS = 0.5


class Scene:
    """Compares each picture with the one before, on a sparse grid of pixels."""

    def __init__(self) -> None:
        self._last: Tensor | None = None
        self._change: Tensor | None = None
        self._step = (1, 1)

    def next(self, image: Image) -> bool:
        """Take the next picture in. Give whether it is a cut; the first picture is one."""
        self._step = max(1, image.shape[0] // _SAMPLES), max(1, image.shape[1] // _SAMPLES)
        sparse = image[:: self._step[0], :: self._step[1]].astype(np.float32)
        last, self._last = self._last, sparse
        same_size = last is not None and last.shape == sparse.shape
        self._change = np.abs(sparse - last).mean(axis=2) if last is not None and same_size else None
        return self._change is None or float(self._change.mean()) > _CUT_LEVELS

    def change_around(self, box: Tensor) -> float:
        """How much the picture changed in and around a box (left, top, right, bottom in pixels), in levels of 255."""
        if self._change is None:
            return 255.0
        down, across = self._step
        margin = (box[2:] - box[:2]) * _SURROUNDINGS
        left, top = np.maximum(box[:2] - margin, 0) / (across, down)
        right, bottom = (box[2:] + margin) / (across, down)
        part = self._change[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
        return float(part.mean()) if part.size else 0.0
