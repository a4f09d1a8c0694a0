"""Blocks of any size in, windows of a fixed size with context on both sides out. Keeps no more than it needs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
"""Samples a second, everywhere in this package."""
FRAME = 256
"""Samples of an analysis frame: 16 ms."""
WINDOW = 640 * FRAME
"""Samples of a window: 10.24 s, a whole number of pitch frames (256) and of detector frames (512)."""
CONTEXT = 20 * FRAME
"""Samples of context on each side, more than any analyser looks beyond its frame."""

Audio = NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """Samples `start` to `start + length` of the recording.

    `audio` begins `CONTEXT` samples earlier and ends `CONTEXT` samples later, silent beyond the recording's ends;
    `length` is `WINDOW` but in the last window, where it is the rest, filled up with silence to whole frames.
    """

    start: int
    length: int
    audio: Audio

    @property
    def core(self) -> Audio:
        """The window's own samples, shape (length,)."""
        return self.audio[CONTEXT : CONTEXT + self.length]


def windows(blocks: Iterable[Audio]) -> Iterator[Window]:
    """Cuts a stream of mono blocks at 16 kHz into windows, each with its context."""
    pending = np.zeros(CONTEXT, np.float32)
    start = 0
    for block in _gathered(blocks):
        pending = np.concatenate([pending, block])
        while len(pending) >= WINDOW + 2 * CONTEXT:
            yield Window(start, WINDOW, pending[: WINDOW + 2 * CONTEXT])
            pending, start = pending[WINDOW:], start + WINDOW
    yield from _rest(pending, start)


def _gathered(blocks: Iterable[Audio]) -> Iterator[Audio]:
    """The blocks joined to a window's size or more, so that small ones cost no more than large ones."""
    held: list[Audio] = []
    length = 0
    for block in blocks:
        held.append(np.asarray(block, np.float32))
        length += len(block)
        if length >= WINDOW:
            yield np.concatenate(held)
            held, length = [], 0
    if held:
        yield np.concatenate(held)


def _rest(pending: Audio, start: int) -> Iterator[Window]:
    while len(pending) > CONTEXT:
        length = min(len(pending) - CONTEXT, WINDOW)
        length += -length % (2 * FRAME)
        audio = pending[: length + 2 * CONTEXT]
        yield Window(start, length, np.pad(audio, (0, length + 2 * CONTEXT - len(audio))))
        pending, start = pending[length:], start + length
