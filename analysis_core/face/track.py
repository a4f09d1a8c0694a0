"""One face while it is followed, and what was measured on it."""

from dataclasses import dataclass, field

import numpy as np

from analysis_core.face import appearance
from analysis_core.face.landmarker import Mesh
from analysis_core.face.network import Tensor
from analysis_core.face.region import Region


@dataclass
class Track:
    """A face's state (where it was seen last, how it looks) and its samples, one per moment it was measured."""

    id: int
    region: Region
    box: Tensor
    look: Tensor
    seen_s: float
    times_s: list[float] = field(default_factory=list)
    boxes: list[Tensor] = field(default_factory=list)
    measures: list[Tensor] = field(default_factory=list)
    presence: list[float] = field(default_factory=list)

    def follow(self, mesh: Mesh, time_s: float) -> None:
        """Move on to where the face is now."""
        self.region, self.box, self.seen_s = mesh.region, mesh.box, time_s
        self.look = appearance.blended(self.look, appearance.look(mesh.crop))

    def add(self, time_s: float, box: Tensor, measures: Tensor, presence: float) -> None:
        """Keep one sample; `box` is x, y, width, height in shares of the picture."""
        self.times_s.append(time_s)
        self.boxes.append(box)
        self.measures.append(measures)
        self.presence.append(presence)

    def forget(self) -> None:
        """Drop all samples but go on following: a live session may last all day."""
        for samples in (self.times_s, self.boxes, self.measures, self.presence):
            samples.clear()

    def covers(self, x: float, y: float) -> bool:
        """Whether the face lies over a point of the picture."""
        left, top, right, bottom = self.box
        return bool(left <= x <= right and top <= y <= bottom)


def share_box(box: Tensor, width: int, height: int) -> Tensor:
    """Turn left, top, right, bottom in pixels into x, y, width, height in shares of the picture."""
    left, top, right, bottom = box
    return np.array([left / width, top / height, (right - left) / width, (bottom - top) / height], np.float32)
