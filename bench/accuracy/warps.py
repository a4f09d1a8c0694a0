"""Real faces warped to show one Action Unit each: the unit that was drawn should move most."""

from collections.abc import Iterator

import numpy as np

from analysis_core.face import observe
from analysis_core.face.units import CODES
from analysis_core.observations import Frame
from bench.accuracy import people
from bench.figures import Figures
from bench.sources import Sources
from sandbox.recording.expressions import UNITS
from sandbox.recording.face import Face

_SIZE = 440
_STRENGTH = 0.9
_RESTING, _SHOWN, _PER_SECOND = 12, 4, 5.0


def measure(figures: Figures, data: Sources, quick: bool) -> None:
    """The share of warps whose own unit rose most among the units that can be drawn, and by how much units rose."""
    own: list[bool] = []
    of_all: list[bool] = []
    rises: dict[str, list[float]] = {unit: [] for unit in UNITS}
    for path in people.videos(data.meetings)[: 2 if quick else None]:
        face = Face(people.portrait(path, _SIZE))
        rest = _shown(face, {})
        for unit in UNITS:
            rise = _shown(face, {unit: _STRENGTH}) - rest
            drawn = {name: float(rise[CODES.index(int(name[2:]))]) for name in UNITS}
            own.append(max(drawn, key=lambda name: drawn[name]) == unit)
            of_all.append(CODES[int(rise.argmax())] == int(unit[2:]))
            rises[unit].append(drawn[unit])
    figures.add("face.warp_own_unit_first", float(np.mean(own)))
    figures.add("face.warp_own_unit_first_of_all", float(np.mean(of_all)))
    figures.add("face.warps", len(own))
    for unit, values in rises.items():
        figures.add(f"face.warp_rise_{unit.lower()}", float(np.mean(values)))


def _shown(face: Face, units: dict[str, float]) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
    """Intensities of all units in the pictures that show some, after others at rest."""
    (track,) = observe(_frames(face, units)).tracks[:1]
    return np.asarray(track.aus[-_SHOWN:].mean(0), np.float32)


def _frames(face: Face, units: dict[str, float]) -> Iterator[Frame]:
    rng = np.random.default_rng(0)
    for index in range(_RESTING + _SHOWN):
        sway = (float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1)))
        pixels = face.draw(units if index >= _RESTING else {}, 0.0, sway)
        yield Frame(index / _PER_SECOND, np.clip(pixels, 0, 255).astype(np.uint8))
