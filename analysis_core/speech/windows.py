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
    `length` is the same but in the last window, where it is the rest, filled up with silence to whole frames.
    """

    start: int
    length: int
    audio: Audio

    @property
    def core(self) -> Audio:
        """The window's own samples, shape (length,)."""
        return self.audio[CONTEXT : CONTEXT + self.length]


class Windower:
    """Cuts one stream into windows of `size` samples, a multiple of 512. Feed it blocks, then finish it."""

    def __init__(self, size: int = WINDOW) -> None:
        self._size = size
        self._pending = np.zeros(CONTEXT, np.float32)
        self._start = 0

    def push(self, block: Audio) -> Iterator[Window]:
        """The windows that are complete with the sound after them."""
        self._pending = np.concatenate([self._pending, np.asarray(block, np.float32)])
        while len(self._pending) >= self._size + 2 * CONTEXT:
            yield self._next(self._size)

    def finish(self) -> Iterator[Window]:
        """The rest, the last window filled up with silence to whole frames."""
        while len(self._pending) > CONTEXT:
            length = min(len(self._pending) - CONTEXT, self._size)
            yield self._next(length + -length % (2 * FRAME))

    def _next(self, length: int) -> Window:
        audio = self._pending[: length + 2 * CONTEXT]
        window = Window(self._start, length, np.pad(audio, (0, length + 2 * CONTEXT - len(audio))))
        self._pending, self._start = self._pending[length:], self._start + length
        return window


def windows(blocks: Iterable[Audio]) -> Iterator[Window]:
    """Cuts a stream of mono blocks at 16 kHz into windows, each with its context."""
    windower = Windower()
    for block in _gathered(blocks):
        yield from windower.push(block)
    yield from windower.finish()


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
