"""The canonical face: 468 points in centimetres, x to the picture's right, y up, z towards the viewer."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis_core.face import wire

Points = NDArray[np.float64]
_VERTEX_FIELDS = 5


@dataclass(frozen=True)
class CanonicalFace:
    """`points` (k, 3) are those landmarks, named by `indices`, that expressions hardly move; `weights` say how much."""

    indices: NDArray[np.intp]
    points: Points
    weights: Points


@dataclass(frozen=True)
class Alignment:
    """A similarity: picture = scale · rotation · canonical + shift. `rotation` (3, 3), `scale` in pixels a cm."""

    rotation: Points
    scale: float
    shift: Points

    def undo(self, points: Points) -> Points:
        """Take points (n, 3) of the picture's frame into the canonical face's, in centimetres."""
        straight: Points = (points - self.shift) @ self.rotation / self.scale
        return straight

    @property
    def angles(self) -> tuple[float, float, float]:
        """Pitch (down), yaw (to the person's left) and roll (to the person's right shoulder), in degrees."""
        gaze = self.rotation[:, 2]
        pitch = np.arcsin(np.clip(-gaze[1], -1, 1))
        yaw = np.arctan2(gaze[0], gaze[2])
        roll = np.arctan2(self.rotation[1, 0], self.rotation[0, 0])
        return float(np.degrees(pitch)), float(np.degrees(yaw)), float(np.degrees(roll))


def read(metadata: bytes) -> CanonicalFace:
    """Read the landmarker bundle's geometry metadata."""
    vertices: list[float] = []
    weighted: dict[int, float] = {}
    for number, value in wire.fields(metadata):
        if number == 1 and isinstance(value, bytes):
            vertices = _vertices(value)
        elif number == 2 and isinstance(value, bytes):
            index, weight = _basis(value)
            weighted[index] = weight
    mesh = np.array(vertices).reshape(-1, _VERTEX_FIELDS)[:, :3]
    indices = np.array(sorted(weighted), np.intp)
    return CanonicalFace(indices, mesh[indices], np.array([weighted[int(index)] for index in indices]))


def align(face: CanonicalFace, landmarks: Points) -> Alignment:
    """Fit the canonical face to landmarks (478, 3) given as x right, y up, z towards the viewer.

    Weighted orthogonal Procrustes (Schönemann 1966, with Umeyama's scale). Parallel projection is assumed on
    purpose: a gallery's tiles come from many cameras, and one perspective for all would turn heads near its edge.
    """
    target = landmarks[face.indices]
    share = face.weights / face.weights.sum()
    centre_from, centre_to = share @ face.points, share @ target
    source, aim = face.points - centre_from, target - centre_to
    u, strength, vt = np.linalg.svd((aim * share[:, None]).T @ source)
    flip = np.array([1.0, 1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = (u * flip) @ vt
    scale = float((strength * flip).sum() / (share @ (source**2).sum(axis=1)))
    return Alignment(rotation, scale, centre_to - scale * rotation @ centre_from)


def _vertices(mesh: bytes) -> list[float]:
    numbers: list[float] = []
    for number, value in wire.fields(mesh):
        if number == 3 and isinstance(value, bytes):
            numbers.extend(struct.unpack(f"<{len(value) // 4}f", value))
    return numbers


def _basis(entry: bytes) -> tuple[int, float]:
    index, weight = 0, 0.0
    for number, value in wire.fields(entry):
        if number == 1 and isinstance(value, int):
            index = value
        elif number == 2 and isinstance(value, bytes):
            weight = struct.unpack("<f", value)[0]
    return index, weight
