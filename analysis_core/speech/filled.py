"""Filled pauses from the sound alone: a vowel or nasal held at one pitch with an unmoving spectrum.

After Goto, Itou & Hayamizu 1999, "A real-time filled pause detection system for spontaneous speech": small movement
of pitch and of the spectral envelope. Made to miss rather than to invent: read speech should give none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis_core.speech.detection import Flags, runs
from analysis_core.speech.windows import FRAME, RATE

FRAME_S = FRAME / RATE
_SHORTEST, _LONGEST = round(0.18 / FRAME_S), round(1.2 / FRAME_S)
_CHANGE_DB = 13.0
_STEP_ST = 0.4
_RANGE_ST = 1.5
_SILENCE_NEAR = round(0.3 / FRAME_S)
"""A filled pause borders on silence on at least one side; a stressed vowel within a word does not."""


@dataclass(frozen=True)
class Held:
    """A held sound in frames, and how sure it is that it is one, 0..1."""

    start: int
    end: int
    confidence: float


def held_sounds(pitch: NDArray[np.float32], change: NDArray[np.float32], speech: Flags) -> list[Held]:
    """`pitch` in Hz with NaN where unvoiced, `change` as in `Spectrum`, and speech, all by 16 ms frame."""
    tone = 12 * np.log2(pitch / 100)
    step = np.abs(np.diff(tone, prepend=np.nan))
    still = (step < _STEP_ST) & (change < _CHANGE_DB)
    lengths = [(start, end) for start, end in runs(still).tolist() if _SHORTEST <= end - start <= _LONGEST]
    return [
        Held(start, end, _confidence(change[start:end], tone[start:end]))
        for start, end in lengths
        if np.ptp(tone[start:end]) <= _RANGE_ST and _by_silence(speech, start, end)
    ]


def _by_silence(speech: Flags, start: int, end: int) -> bool:
    before, after = speech[max(0, start - _SILENCE_NEAR) : start], speech[end : end + _SILENCE_NEAR]
    return not (before.all() and after.all())


def _confidence(change: NDArray[np.float32], tone: NDArray[np.float32]) -> float:
    """Longer, stiller and flatter is surer."""
    length = min(1.0, len(tone) * FRAME_S / 0.5)
    stillness = 1 - float(change.mean()) / _CHANGE_DB
    flatness = 1 - float(np.ptp(tone)) / _RANGE_ST
    return round(float(np.clip(0.3 + 0.3 * length + 0.2 * stillness + 0.2 * flatness, 0, 1)), 3)
