"""BlazeFace detectors: where faces are in a picture. Bazarevsky et al. 2019, arXiv:1907.05047."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis_core.face.network import Network, Tensor
from analysis_core.face.region import Image, Region, crop

_MERGE_OVERLAP = 0.3
_TO_SIGNED = np.float32(1 / 127.5)
_FACE_MARGIN = 1.5


@dataclass(frozen=True)
class Layout:
    """A detector's input edge in pixels, its grids as (stride, anchors in each cell), and the least score."""

    size: int
    grids: tuple[tuple[int, int], ...]
    threshold: float


SHORT_RANGE = Layout(128, ((8, 2), (16, 6)), 0.5)
FULL_RANGE = Layout(192, ((4, 1),), 0.5)


@dataclass(frozen=True)
class Detection:
    """A face: `box` is left, top, right, bottom and `eyes` (2, 2) the image-left and image-right eye, in pixels."""

    score: float
    box: Tensor
    eyes: Tensor

    @property
    def region(self) -> Region:
        """The upright square around the face that landmarks are looked for in."""
        across, down = self.eyes[1] - self.eyes[0]
        left, top, right, bottom = (float(edge) for edge in self.box)
        side = max(right - left, bottom - top) * _FACE_MARGIN
        return Region((left + right) / 2, (top + bottom) / 2, side, math.atan2(float(down), float(across)))


class Detector:
    """Runs one BlazeFace network over square windows of a picture."""

    def __init__(self, network: Network, layout: Layout) -> None:
        self._network = network
        self._layout = layout
        self._anchors = _anchors(layout)

    def find(self, image: Image, windows: list[Region]) -> list[Detection]:
        """Give the faces in all windows, best first, each once."""
        found = [self._candidates(image, window) for window in windows]
        scores, boxes, eyes = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return _merged(scores, boxes, eyes)

    def _candidates(self, image: Image, window: Region) -> tuple[Tensor, Tensor, Tensor]:
        size = self._layout.size
        picture = np.multiply(crop(image, window, size, repeat_edge=False), _TO_SIGNED, dtype=np.float32) - 1
        outputs = self._network(picture[None])
        offsets = next(output for output in outputs if output.shape[-1] == 16)[0]
        logits = next(output for output in outputs if output.shape[-1] == 1)[0, :, 0]
        scores = 1 / (1 + np.exp(-np.clip(logits, -80, 80)))
        kept = np.flatnonzero(scores >= self._layout.threshold)
        values, anchors = offsets[kept] / size, self._anchors[kept]
        centre, half = values[:, 0:2] + anchors, values[:, 2:4] / 2
        eyes = values[:, 4:8].reshape(-1, 2, 2) + anchors[:, None]
        corner = np.array([window.x, window.y], np.float32) - window.side / 2
        boxes = np.concatenate([centre - half, centre + half], axis=1) * window.side + np.tile(corner, 2)
        placed = (eyes * window.side + corner).astype(np.float32)
        return scores[kept].astype(np.float32), boxes.astype(np.float32), placed


def overlap(boxes: Tensor, box: Tensor) -> NDArray[np.float32]:
    """Intersection over union of each of `boxes` (n, 4) with `box` (4,), all left, top, right, bottom."""
    common = np.clip(np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2]), 0, None).prod(axis=1)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)
    shared: NDArray[np.float32] = common / np.maximum(areas + (box[2:] - box[:2]).prod() - common, 1e-6)
    return shared


def _anchors(layout: Layout) -> Tensor:
    centres: list[Tensor] = []
    for stride, repeats in layout.grids:
        cells = layout.size // stride
        y, x = np.mgrid[0:cells, 0:cells].astype(np.float32)
        grid = (np.stack([x, y], axis=-1).reshape(-1, 2) + 0.5) / cells
        centres.append(np.repeat(grid, repeats, axis=0))
    return np.concatenate(centres)


def _merged(scores: Tensor, boxes: Tensor, eyes: Tensor) -> list[Detection]:
    """Average overlapping candidates by score, as BlazeFace does instead of dropping all but the best."""
    found = []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        near = overlap(boxes[left], boxes[left[0]]) > _MERGE_OVERLAP
        group = left[near] if near.any() else left[:1]
        weights = scores[group] / scores[group].sum()
        box = (boxes[group] * weights[:, None]).sum(axis=0)
        found.append(Detection(float(scores[left[0]]), box, (eyes[group] * weights[:, None, None]).sum(axis=0)))
        left = left[~np.isin(left, group)]
    return found
