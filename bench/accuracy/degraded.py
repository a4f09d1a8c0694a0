"""Clips as bad lines and loud rooms would give them, 16 kHz in and out."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from analysis_core.models.training import corpora

Audio = NDArray[np.float32]
Degrade = Callable[[Audio, int], Audio]

_RATE, _NARROW = 16_000, 8_000
_OPUS_BITS = 16_000


def ways() -> Mapping[str, Degrade]:
    """By name; the number given with a clip makes its noise its own and repeatable."""
    babble = np.concatenate([meeting.audio for meeting in corpora.ami()])
    return {
        "opus8k": lambda audio, _: opus(audio),
        "noise20": lambda audio, number: mixed(audio, pink(len(audio), number), 20),
        "noise10": lambda audio, number: mixed(audio, pink(len(audio), number), 10),
        "babble10": lambda audio, number: mixed(audio, cut(babble, len(audio), number), 10),
    }


def opus(audio: Audio) -> Audio:
    """Through Opus at 8 kHz and 16 kbit/s, as a telephone bridge would send it."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="ogg") as out:
        stream: Any = out.add_stream("libopus", rate=_NARROW, layout="mono")
        stream.bit_rate = _OPUS_BITS
        narrow = av.AudioResampler(format="s16", layout="mono", rate=_NARROW)
        for frame in (*narrow.resample(_frame(audio)), *narrow.resample(None)):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    buffer.seek(0)
    with av.open(buffer, "r") as read:
        wide = av.AudioResampler(format="fltp", layout="mono", rate=_RATE)
        frames = [frame for packet in read.decode(audio=0) for frame in wide.resample(packet)]
        frames += wide.resample(None)
    heard: Audio = np.concatenate([np.asarray(frame.to_ndarray()[0], np.float32) for frame in frames])
    return heard[: len(audio)]


def mixed(audio: Audio, noise: Audio, decibels: float) -> Audio:
    """With noise so far below the speech."""
    gain = float(audio.std()) / max(float(noise.std()), 1e-9) * 10 ** (-decibels / 20)
    return audio + noise * np.float32(gain)


def pink(length: int, number: int) -> Audio:
    """Noise with equal power an octave."""
    spectrum = np.fft.rfft(np.random.default_rng(number).standard_normal(length))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    return np.fft.irfft(spectrum, length).astype(np.float32)


def cut(sound: Audio, length: int, number: int) -> Audio:
    """A stretch from somewhere in a longer sound."""
    start = int(np.random.default_rng(number).integers(0, len(sound) - length))
    return sound[start : start + length]


def _frame(audio: Audio) -> Any:
    frame = av.AudioFrame.from_ndarray((audio.clip(-1, 1) * 32767).astype(np.int16)[None], format="s16", layout="mono")
    frame.sample_rate = _RATE
    return frame
