"""A portrait that moves: each Action Unit pulls the skin around a few features, jaw and lids open and close."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sandbox.recording.portraits import Pixels, Point, Portrait

Field = NDArray[np.float32]
"""A displacement (2, size, size) in pixels, x then y."""

_VISIBLE = 0.003
_MOUTH_OPEN = 0.03
_CAVITY = np.array([52, 18, 20], np.float32)
_JAW_DROP = 0.32
_CAVITY_HEIGHT = 0.155


@dataclass(frozen=True)
class _Pull:
    """Skin around `feature` moves by (dx, dy) within a bell of (width, height), all in face widths.

    dx points outwards: it is mirrored for the left half of the picture.
    """

    feature: str
    dx: float
    dy: float
    width: float
    height: float


_PULLS = {
    "AU1": (_Pull("brow_in", 0, -0.20, 0.16, 0.14),),
    "AU2": (_Pull("brow_mid", 0, -0.14, 0.16, 0.14), _Pull("brow_out", 0, -0.12, 0.16, 0.14)),
    "AU4": (_Pull("brow_in", -0.07, 0.15, 0.15, 0.12), _Pull("brow_mid", -0.04, 0.08, 0.16, 0.12)),
    "AU12": (_Pull("mouth", 0.16, -0.15, 0.20, 0.20), _Pull("cheek", 0, -0.08, 0.25, 0.25)),
    "AU15": (_Pull("mouth", 0.03, 0.16, 0.17, 0.17),),
}


class Face:
    """Draws one portrait with any mix of Action Units."""

    def __init__(self, portrait: Portrait) -> None:
        self._base = portrait.pixels
        self._points = portrait.points
        size = portrait.pixels.shape[0]
        self._y, self._x = np.mgrid[0:size, 0:size].astype(np.float32)
        self._width = 0.7 * _distance(self._points["eye_out_left"], self._points["eye_out_right"])
        self._mouth = (
            (self._points["mouth_left"][0] + self._points["mouth_right"][0]) / 2,
            (self._points["in_top"][1] + self._points["in_bot"][1]) / 2,
        )
        self._fields = {unit: sum(map(self._both_sides, pulls)) for unit, pulls in _PULLS.items()}
        self._fields["AU26"] = self._jaw()

    def draw(self, units: Mapping[str, float], blink: float, sway: Point) -> Pixels:
        """Give the face (size, size, 3), 0..255, moved by `sway` pixels, lids closed by `blink` 0..1."""
        shift: Field = np.zeros((2, *self._x.shape), np.float32)
        shift[0], shift[1] = sway
        for unit, intensity in units.items():
            if intensity > _VISIBLE:
                shift += np.float32(intensity) * self._fields[unit]
        moved = self._warped(shift)
        if units.get("AU26", 0) > _MOUTH_OPEN:
            moved = self._with_mouth(moved, units, sway)
        return self._with_lids(moved, blink, sway) if blink > 0 else moved

    def _warped(self, shift: Field) -> Pixels:
        across, down = self._x - shift[0], self._y - shift[1]
        warped = cv2.remap(self._base, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(warped, np.float32)

    def _both_sides(self, pull: _Pull) -> Field:
        return self._one_side(pull, "left", -1) + self._one_side(pull, "right", 1)

    def _one_side(self, pull: _Pull, side: str, outwards: int) -> Field:
        x, y = self._points[f"{pull.feature}_{side}"]
        bell = np.exp(
            -(((self._x - x) / (pull.width * self._width)) ** 2) / 2
            - ((self._y - y) / (pull.height * self._width)) ** 2 / 2
        )
        return np.stack([bell * pull.dx * outwards, bell * pull.dy]) * np.float32(self._width)

    def _jaw(self) -> Field:
        """All below the lips' line sinks, less towards the ears and below the chin."""
        below = np.clip((self._y - self._mouth[1]) / (0.10 * self._width), 0, 1)
        smooth = below * below * (3 - 2 * below)
        across = np.exp(-(((self._x - self._mouth[0]) / (0.75 * self._width)) ** 2) / 2)
        under = np.clip(self._y - self._points["chin"][1], 0, None) / (0.35 * self._width)
        drop = smooth * across * np.exp(-(under**2) / 2) * _JAW_DROP * self._width
        return np.stack([np.zeros_like(drop), drop]).astype(np.float32)

    def _with_mouth(self, image: Pixels, units: Mapping[str, float], sway: Point) -> Pixels:
        height = units["AU26"] * _CAVITY_HEIGHT * self._width
        lips = self._points["mouth_right"][0] - self._points["mouth_left"][0]
        width = lips * (0.40 + 0.08 * units.get("AU12", 0))
        centre = (self._mouth[0] + sway[0], self._mouth[1] + sway[1] + height * 0.95)
        return _painted(image, self._ellipse(centre, width, max(height, 1.0), 1.6), _CAVITY)

    def _with_lids(self, image: Pixels, blink: float, sway: Point) -> Pixels:
        for side in ("left", "right"):
            inner, outer = self._points[f"eye_in_{side}"], self._points[f"eye_out_{side}"]
            top, bottom = self._points[f"eye_top_{side}"], self._points[f"eye_bot_{side}"]
            centre = ((inner[0] + outer[0]) / 2 + sway[0], (top[1] + bottom[1]) / 2 + sway[1])
            height = max(abs(bottom[1] - top[1]) * 0.75, 4.0)
            skin = self._base[int(top[1] - height * 0.9), int(centre[0])]
            lid = self._ellipse(centre, abs(inner[0] - outer[0]) * 0.55, height, 2.0)
            image = _painted(image, lid * np.float32(blink), skin)
        return image

    def _ellipse(self, centre: Point, width: float, height: float, firmness: float) -> NDArray[np.float32]:
        """A soft-edged mask 0..1; a higher `firmness` gives a sharper edge."""
        away = ((self._x - centre[0]) / width) ** 2 + ((self._y - centre[1]) / height) ** 2
        mask: NDArray[np.float32] = np.clip(firmness - firmness * away, 0, 1).astype(np.float32)
        return mask


def _painted(image: Pixels, mask: NDArray[np.float32], colour: Pixels) -> Pixels:
    return image * (1 - mask[..., None]) + colour * mask[..., None]


def _distance(a: Point, b: Point) -> float:
    return float(np.hypot(a[0] - b[0], a[1] - b[1]))
