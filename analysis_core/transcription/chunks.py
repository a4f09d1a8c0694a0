"""Detected speech packed into pieces that the recogniser takes at once, with the long silences left out."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from analysis_core.io.audio import SAMPLE_RATE
from analysis_core.observations import Block

LONGEST_S = 28.0
"""The recogniser hears thirty seconds at a time, however few of them are filled."""
_FARTHEST_S = 120.0
"""What a chunk may span in the recording: sound is held in memory from its first part to its last."""
_MARGIN_S = 0.25
"""Detection cuts closely; soft first and last sounds lie outside."""

Span = tuple[float, float]


@dataclass(frozen=True)
class Chunk:
    """Stretches of the recording in seconds, heard one after the other without the silence between them."""

    parts: tuple[Span, ...]

    @property
    def length_s(self) -> float:
        """Seconds of sound."""
        return sum(end - start for start, end in self.parts)

    def time_at(self, offset_s: float) -> float:
        """When in the recording the sound at `offset_s` of the chunk is."""
        offsets = [0.0]
        for start, end in self.parts[:-1]:
            offsets.append(offsets[-1] + end - start)
        part = max(0, bisect_right(offsets, offset_s) - 1)
        start, end = self.parts[part]
        return min(start + offset_s - offsets[part], end)

    def part_end(self, at_s: float) -> float:
        """Where the stretch that holds the moment `at_s` of the recording ends."""
        return next((end for _, end in self.parts if at_s <= end), self.parts[-1][1])


def plan(speech: Sequence[Span], end_s: float) -> list[Chunk]:
    """Pack speech, in order of time, into as few chunks as hold it."""
    chunks: list[list[Span]] = []
    for part in _short(_with_margins(speech, end_s)):
        last = chunks[-1] if chunks else []
        held = sum(end - start for start, end in last)
        if last and held + part[1] - part[0] <= LONGEST_S and part[1] - last[0][0] <= _FARTHEST_S:
            last.append(part)
        else:
            chunks.append([part])
    return [Chunk(tuple(parts)) for parts in chunks]


def cut(blocks: Iterable[Block], chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, Block]]:
    """Each chunk with its samples, out of consecutive blocks that begin at second 0."""
    waiting = list(reversed(chunks))
    held, first, heard = np.zeros(0, np.float32), 0, 0
    for block in blocks:
        held, heard = np.concatenate([held, block]), heard + len(block)
        while waiting and _sample(waiting[-1].parts[-1][1]) <= heard:
            chunk = waiting.pop()
            yield chunk, _joined(held, first, chunk)
        needed = min(_sample(waiting[-1].parts[0][0]), heard) if waiting else heard
        held, first = held[needed - first :], needed
    for chunk in reversed(waiting):  # the sound ended a little before it was expected to
        yield chunk, _joined(held, first, chunk)


def _joined(held: Block, first: int, chunk: Chunk) -> Block:
    return np.concatenate([held[_sample(start) - first : _sample(end) - first] for start, end in chunk.parts])


def _sample(at_s: float) -> int:
    return round(at_s * SAMPLE_RATE)


def _with_margins(speech: Sequence[Span], end_s: float) -> Iterator[Span]:
    held: Span | None = None
    for start, end in speech:
        start, end = max(0.0, start - _MARGIN_S), min(end_s, end + _MARGIN_S)
        if held and start <= held[1]:
            held = (held[0], max(held[1], end))
        else:
            if held:
                yield held
            held = (start, end)
    if held:
        yield held


def _short(spans: Iterable[Span]) -> Iterator[Span]:
    for start, end in spans:
        pieces = max(1, int(np.ceil((end - start) / LONGEST_S)))
        edges = np.linspace(start, end, pieces + 1)
        yield from ((float(a), float(b)) for a, b in pairwise(edges) if b > a)
