"""Faces of a live session: each picture answered at once, against what the session has shown so far."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis_core.face.affect import affect, dominance
from analysis_core.face.expression import attention, certainty, expressions
from analysis_core.face.intensities import intensities
from analysis_core.face.models import load
from analysis_core.face.network import Tensor
from analysis_core.face.neutral import neutral
from analysis_core.face.track import Track
from analysis_core.face.tracker import Tracker
from analysis_core.face.units import CODES
from analysis_core.observations import Frame

_REMEMBERED = 600
"""Samples that a face's neutral is taken from: the last minutes at a few a second."""


@dataclass(frozen=True)
class LiveFace:
    """One face now. `box` is x, y, width, height in shares of the picture; `aus` maps codes to 0..1.

    Of valence, arousal and dominance a face tells the last one least. `expressions` add up to 1 and `attention` is
    0..1, see `analysis_core.face.expression`.
    """

    track: int
    box: tuple[float, float, float, float]
    aus: dict[int, float]
    valence: float
    arousal: float
    dominance: float
    confidence: float
    """Trust in this face, 0..1."""
    expressions: Mapping[str, float]
    attention: float


class LiveFaces:
    """Keeps the faces of one session apart. Not for use by two threads at a time."""

    def __init__(self) -> None:
        self._tracker = Tracker(load())
        self._samples: dict[int, deque[Tensor]] = {}

    def see(self, frame: Frame) -> list[LiveFace]:
        """Give the faces of one picture. Raises `ModelMissing` where weights are absent."""
        return [self._face(track) for track in self._tracker.see(frame)]

    def _face(self, track: Track) -> LiveFace:
        samples = self._samples.setdefault(track.id, deque(maxlen=_REMEMBERED))
        samples.append(track.measures[-1])
        latest = samples[-1][None]
        aus = intensities(np.array(track.times_s[-1:], np.float32), latest, neutral(np.stack(samples)))
        valence, arousal = affect(aus)
        presence, box = np.array(track.presence[-1], np.float32), track.boxes[-1]
        x, y, width, height = (float(value) for value in box)
        track.forget()
        return LiveFace(
            track.id,
            (x, y, width, height),
            {code: float(value) for code, value in zip(CODES, aus[0], strict=True)},
            float(valence[0]),
            float(arousal[0]),
            float(dominance(aus)[0]),
            float(certainty(presence, box[2], samples[-1])),
            expressions(aus[0]),
            attention(aus[0], samples[-1]),
        )
