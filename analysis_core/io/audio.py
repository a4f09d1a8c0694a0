"""Audio as consecutive blocks of 16 kHz mono float samples."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from analysis_core.io.packets import Damage, decoded, open_container, start_s
from analysis_core.observations import Block

SAMPLE_RATE = 16_000
BLOCK_S = 5
_GAP_S = 0.05
"""Time stamps wander by less than this; anything longer is a hole that has to be filled to keep time."""


def audio_blocks(path: Path, stream: int, end_s: float, damage: Damage, channel: int | None = None) -> Iterator[Block]:
    """Blocks of `BLOCK_S` seconds from second 0 up to `end_s`; holes in the recording become silence.

    `channel` picks one channel of a stereo stream; None mixes all of them.
    """
    rest: list[NDArray[np.float32]] = []
    held, size = 0, BLOCK_S * SAMPLE_RATE
    for piece in _in_time(path, stream, end_s, damage, channel):
        rest.append(piece)
        held += len(piece)
        if held >= size:
            joined = np.concatenate(rest)
            for start in range(0, held - size + 1, size):
                yield joined[start : start + size]
            rest = [joined[held - held % size :]]
            held %= size
    if held:
        yield np.concatenate(rest)


def samples(path: Path, stream: int, layout: str, damage: Damage) -> Iterator[tuple[float | None, NDArray[np.float32]]]:
    """Decoded pieces as (time of the first sample in seconds or None, array of shape (channels, n))."""
    with open_container(path) as container:
        source, start = container.streams[stream], start_s(container)
        source.thread_type = "AUTO"
        form, resampler = None, AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE)
        for frame in decoded(container, source, damage):
            if form not in (None, _form(frame)):  # a resampler takes one form only, and recordings may change theirs
                yield from _resampled(resampler, None, start)
                resampler = AudioResampler(format="fltp", layout=layout, rate=SAMPLE_RATE)
            form = _form(frame)
            yield from _resampled(resampler, frame, start)
        if form is not None:
            yield from _resampled(resampler, None, start)


def _form(frame: Any) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _resampled(resampler: Any, frame: Any, start: float) -> Iterator[tuple[float | None, NDArray[np.float32]]]:
    for out in resampler.resample(frame):
        at = None if out.pts is None else float(out.pts * out.time_base) - start
        array = np.ascontiguousarray(out.to_ndarray(), dtype=np.float32)
        yield at, np.nan_to_num(array, nan=0.0, posinf=1.0, neginf=-1.0)


def _in_time(
    path: Path, stream: int, end_s: float, damage: Damage, channel: int | None
) -> Iterator[NDArray[np.float32]]:
    position, end = 0, round(end_s * SAMPLE_RATE)
    layout = "mono" if channel is None else "stereo"
    for at, array in samples(path, stream, layout, damage):
        mono = array[channel or 0]
        hole = 0 if at is None else round(at * SAMPLE_RATE) - position
        if hole > _GAP_S * SAMPLE_RATE:
            filling = min(hole, end - position)
            yield from _silence(filling)
            position += filling
        mono = mono[: max(0, end - position)]
        if not len(mono):
            return
        yield mono
        position += len(mono)


def _silence(length: int) -> Iterator[NDArray[np.float32]]:
    size = BLOCK_S * SAMPLE_RATE
    for start in range(0, length, size):
        yield np.zeros(min(size, length - start), np.float32)
