"""Pitch and voicing by SwiftF0, run on speech alone."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from analysis_core.models import session
from analysis_core.speech.detection import Flags, runs
from analysis_core.speech.embedding import levelled
from analysis_core.speech.windows import CONTEXT, FRAME, Window

LOWEST_HZ, HIGHEST_HZ = 60.0, 500.0
_VOICED = 0.5
_BEFORE, _AFTER = 11, 10
"""Frames the network looks back and ahead; with them a piece gives what the whole would."""
_PIECE = 160
"""Frames run at once; longer pieces leave the processor's cache and are slower."""
_JOIN = 16


def track(window: Window, speech: Flags) -> NDArray[np.float32]:
    """Pitch in Hz for each 16 ms of the window, NaN where unvoiced, shape (length / 256,).

    `speech` has one value for each 32 ms; where it is false, nothing is looked for.
    """
    wanted = np.repeat(speech, 2)
    pitch = np.full(len(wanted), np.nan, np.float32)
    for start, end in _pieces(wanted):
        pitch[start:end] = _run(window, start, end)
    pitch[~wanted] = np.nan
    return pitch


def _pieces(wanted: Flags) -> Iterator[tuple[int, int]]:
    close = wanted.copy()
    for start, end in runs(~wanted):
        if end - start < _JOIN and start > 0 and end < len(wanted):
            close[start:end] = True
    for start, end in runs(close):
        for piece in range(start, end, _PIECE):
            yield piece, min(piece + _PIECE, end)


def _run(window: Window, start: int, end: int) -> NDArray[np.float32]:
    first = CONTEXT // FRAME + start
    audio = window.audio[(first - _BEFORE) * FRAME : (first + end - start + _AFTER) * FRAME]
    feed = {
        "audio": levelled(audio)[None],
        "fmin": np.array(LOWEST_HZ, np.float32),
        "fmax": np.array(HIGHEST_HZ, np.float32),
    }
    pitch, voicing = (
        values[0, _BEFORE : _BEFORE + end - start] for values in session("swift-f0").run(["pitch", "confidence"], feed)
    )
    found: NDArray[np.float32] = np.where(voicing >= _VOICED, pitch, np.float32(np.nan))
    return found
