"""Who holds the floor when, from the transcript's turns."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis_core.observations import Turn
from analysis_core.speech.detection import STEP_S

NOBODY = -1
_REACH = round(2.0 / STEP_S)
"""Speech outside every turn belongs to the nearest one up to two seconds away: transcripts' times are rough."""

Labels = NDArray[np.int16]


class Floor:
    """Speakers by detector frame (32 ms). Without turns everything is the one speaker named."""

    def __init__(self, turns: Sequence[Turn], speaker: str) -> None:
        turns = sorted(turns, key=lambda turn: (turn.start_s, turn.end_s))
        self.names: tuple[str, ...] = tuple(dict.fromkeys(turn.speaker for turn in turns)) or (speaker,)
        self._labels = self._paint(turns) if turns else None

    def labels(self, start: int, end: int) -> Labels:
        """An index into `names` for each detector frame, or `NOBODY`, shape (end - start,)."""
        if self._labels is None:
            return np.zeros(end - start, np.int16)
        part = self._labels[start:end]
        return np.pad(part, (0, end - start - len(part)), constant_values=NOBODY)

    def _paint(self, turns: Sequence[Turn]) -> Labels:
        """Of overlapping turns the one that began last has the floor while it lasts."""
        end = max(round(turn.end_s / STEP_S) for turn in turns) + 1
        labels = np.full(end + _REACH, NOBODY, np.int16)
        for turn in turns:
            labels[round(turn.start_s / STEP_S) : round(turn.end_s / STEP_S) + 1] = self.names.index(turn.speaker)
        return _spread(labels)


def _spread(labels: Labels) -> Labels:
    """Fills frames that nobody holds from the nearest that somebody does, within reach."""
    held = np.flatnonzero(labels != NOBODY)
    place = np.arange(len(labels))
    after = np.searchsorted(held, place).clip(0, len(held) - 1)
    before = (np.searchsorted(held, place, side="right") - 1).clip(0)
    nearest = np.where(np.abs(held[after] - place) < np.abs(held[before] - place), held[after], held[before])
    return np.where(np.abs(nearest - place) <= _REACH, labels[nearest], np.int16(NOBODY))
