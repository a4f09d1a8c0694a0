"""The gallery view: two tiles with names below, blinking and swaying a little."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sandbox.recording import portraits
from sandbox.recording.expressions import Curve
from sandbox.recording.face import Face
from sandbox.recording.script import PEOPLE

WIDTH, HEIGHT, TILE = 960, 540, 440
_LEFT, _TOP, _STRIDE = 30, 36, 460
_BLINK_EVERY_S, _BLINK_S = 3.9, 0.16
_BACKGROUND, _INK = (24, 26, 32), (240, 240, 240)

Picture = NDArray[np.uint8]


def tiles() -> dict[str, tuple[int, int, int, int]]:
    """Give each person's tile as x, y, width, height in pixels."""
    return {person.name: (_LEFT + i * _STRIDE, _TOP, TILE, TILE) for i, person in enumerate(PEOPLE)}


def frames(times: Curve, curves: Mapping[str, Mapping[str, Curve]]) -> Iterator[Picture]:
    """Draw the call, one picture (540, 960, 3) per time."""
    drawn = portraits.load(TILE)
    faces = {person.name: Face(drawn[person.portrait]) for person in PEOPLE}
    empty = _background()
    for index, time_s in enumerate(times):
        picture = empty.copy()
        for number, (name, (x, y, width, height)) in enumerate(tiles().items()):
            units = {unit: float(curve[index]) for unit, curve in curves[name].items()}
            pixels = faces[name].draw(units, *_idle_motion(float(time_s), number))
            picture[y : y + height, x : x + width] = np.clip(pixels, 0, 255).astype(np.uint8)
        yield picture


def _idle_motion(time_s: float, number: int) -> tuple[float, tuple[float, float]]:
    phase = number * 1.7
    blink = 1.0 if (time_s + phase) % _BLINK_EVERY_S < _BLINK_S else 0.0
    return blink, (2.4 * float(np.sin(time_s * 0.9 + phase)), 1.6 * float(np.sin(time_s * 1.3 + phase)))


def _background() -> Picture:
    image = Image.new("RGB", (WIDTH, HEIGHT), _BACKGROUND)
    pen = ImageDraw.Draw(image)
    for name, (x, y, _, height) in tiles().items():
        pen.text((x, y + height + 12), name, fill=_INK, font=ImageFont.load_default(20))
    return np.asarray(image).copy()
