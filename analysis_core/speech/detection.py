"""Where there is speech, by Silero VAD run on a whole window at a time."""

import numpy as np
from numpy.typing import NDArray

from analysis_core.models import session
from analysis_core.speech.windows import CONTEXT, RATE, WINDOW, Window

STEP = 512
"""Samples of a detector frame: 32 ms."""
STEP_S = STEP / RATE
_MEMORY = 64
_ON, _OFF = 0.5, 0.35
_SHORTEST_SPEECH = 6
_SHORTEST_GAP = 4
"""In detector frames: bursts under 0.19 s are no speech, and gaps under 0.13 s are the silence of a stop consonant."""

_LEVEL = 0.05
_MOST_GAIN = 16.0
_FADE = 0.95
"""Sound is brought to -26 dBFS by the loudest windows so far, a little forgotten with time, but not by over 24 dB."""

Flags = NDArray[np.bool_]


class Detector:
    """Follows one stream; call it with windows in order."""

    def __init__(self) -> None:
        self._session = session("silero-vad")
        self._h = self._c = np.zeros((1, 1, 128), np.float32)
        self._speaking = False
        self._level = 0.0

    def __call__(self, window: Window) -> Flags:
        """Whether each 32 ms of the window is speech, shape (length / 512,)."""
        starts = CONTEXT + np.arange(0, window.length, STEP)
        frames = window.audio[starts[:, None] + np.arange(-_MEMORY, STEP)]
        feed = {"input": frames * self._gain(frames, window.length), "h": self._h, "c": self._c}
        probability, self._h, self._c = self._session.run(None, feed)
        return self._decide(probability.reshape(-1))

    def _gain(self, frames: NDArray[np.float32], length: int) -> np.float32:
        """The network hears less in quiet recordings; a louder copy of a recording must give the same speech."""
        loud = float(np.percentile(np.sqrt(np.square(frames).mean(1)), 95))
        self._level = max(loud, self._level * _FADE ** (length / WINDOW))
        return np.float32(min(_LEVEL / max(self._level, 1e-9), _MOST_GAIN))

    def _decide(self, probability: NDArray[np.float32]) -> Flags:
        """Hysteresis: speech starts at 0.5, goes on down to 0.35."""
        clear = (probability >= _ON) | (probability < _OFF)
        last = np.maximum.accumulate(np.where(clear, np.arange(len(clear)), -1))
        speech = np.where(last >= 0, probability[last] >= _ON, self._speaking)
        self._speaking = bool(speech[-1])
        return speech


def tidy(speech: Flags) -> Flags:
    """Without gaps too short to be a pause, then without bursts too short to be speech."""
    closed = ~_drop_short(~speech, _SHORTEST_GAP)
    return _drop_short(closed, _SHORTEST_SPEECH)


def runs(flags: Flags) -> NDArray[np.int64]:
    """Every stretch of true values as (start, end), shape (n, 2), end exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return edges.reshape(-1, 2)


def _drop_short(flags: Flags, shortest: int) -> Flags:
    kept = flags.copy()
    for start, end in runs(flags):
        if end - start < shortest:
            kept[start:end] = False
    return kept
