"""Filled pauses from the sound alone: a voice between silences that mostly stands still.

After Goto, Itou & Hayamizu 1999, "A real-time filled pause detection system for spontaneous speech": small movement
of pitch and of the spectral envelope. An "um" moves once, from its vowel to its nasal, and its pitch may fall: so what
counts is how much of it stands still, and that it stands alone. A sound that goes on into speech has to be held at one
pitch. Made to miss rather than to invent: read speech should give none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis_core.speech.detection import Flags, runs
from analysis_core.speech.windows import FRAME, RATE

FRAME_S = FRAME / RATE
_SHORTEST, _LONGEST = round(0.2 / FRAME_S), round(0.9 / FRAME_S)
_CHANGE_DB, _STEP_ST = 12.0, 0.9
"""A frame stands still that differs by less from the one 32 ms before and whose pitch is as close to the last one's."""
_HELD = round(0.11 / FRAME_S)
"""The least that has to stand still in one piece: the vowel of an "um"."""
_GAP = 1
"""Frames without pitch that do not end a voice."""
_BEFORE, _AFTER = slice(-16, -2), slice(3, 17)
"""Where silence is looked for: some 220 ms on either side, without the frames that the voice itself blurs."""


@dataclass(frozen=True)
class _Rule:
    """What a sound needs at least, and at most: shares of frames, and the range of its pitch in semitones."""

    still: float
    quiet_before: float
    quiet_after: float
    range_st: float


_ALONE = _Rule(0.75, 0.3, 0.6, 6.0)
_FIRST, _LAST = _Rule(0.85, 0.6, 0.0, 1.3), _Rule(0.85, 0.0, 0.6, 1.3)


@dataclass(frozen=True)
class Held:
    """A held sound in frames, and how sure it is that it is one, 0..1."""

    start: int
    end: int
    confidence: float


def held_sounds(pitch: NDArray[np.float32], change: NDArray[np.float32], speech: Flags) -> list[Held]:
    """`pitch` in Hz with NaN where unvoiced, `change` as in `Spectrum`, and speech, all by 16 ms frame."""
    tone = 12 * np.log2(pitch / 100)
    found = (_held(tone[start:end], change[start:end], speech, start, end) for start, end in _voices(tone))
    return [held for held in found if held]


def _voices(tone: NDArray[np.float32]) -> Iterator[tuple[int, int]]:
    """Where a voice begins and ends, as long as a filled pause may be."""
    voiced = runs(~np.isnan(tone)).tolist()
    if not voiced:
        return
    cuts = [i + 1 for i, (one, other) in enumerate(pairwise(voiced)) if other[0] - one[1] > _GAP]
    for first, last in pairwise([0, *cuts, len(voiced)]):
        start, end = voiced[first][0], voiced[last - 1][1]
        if _SHORTEST <= end - start <= _LONGEST:
            yield start, end


def _held(tone: NDArray[np.float32], change: NDArray[np.float32], speech: Flags, start: int, end: int) -> Held | None:
    still = (change < _CHANGE_DB) & (np.abs(np.nan_to_num(np.diff(tone, prepend=tone[0]))) < _STEP_ST)
    share, range_st = float(still[1:].mean()), float(np.ptp(np.nanpercentile(tone, (5, 95))))
    before, after = _quiet(speech[:start][_BEFORE]), _quiet(speech[end:][_AFTER])
    longest = max((last - first for first, last in runs(still).tolist()), default=0)
    fits = any(
        share >= rule.still and before >= rule.quiet_before and after >= rule.quiet_after and range_st <= rule.range_st
        for rule in (_ALONE, _FIRST, _LAST)
    )
    return Held(start, end, _confidence(end - start, share)) if fits and longest >= _HELD else None


def _quiet(speech: Flags) -> float:
    """The share of silence; where the recording begins or ends there is nothing else."""
    return float(1 - speech.mean()) if len(speech) else 1.0


def _confidence(frames: int, still: float) -> float:
    """Longer and stiller is surer."""
    length = min(1.0, frames * FRAME_S / 0.5)
    return round(float(np.clip(0.4 + 0.3 * length + 0.3 * (still - _ALONE.still) / (1 - _ALONE.still), 0, 1)), 3)
