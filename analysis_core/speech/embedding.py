"""A segment's voice as 1,024 figures: the early layers of Whisper's encoder, pooled over time."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis_core.models import session
from analysis_core.speech.windows import RATE, Audio

SIZE = 1024
LONGEST_S = 10.0
_LEVEL = 0.05
"""Root mean square every segment is brought to, -26 dBFS: what the voice says must not depend on the gain."""
_FFT, _HOP, _BANDS = 400, 160, 80
_RANGE = 8.0
"""In powers of ten: bands more than 80 dB below the loudest are taken as that (Whisper's own preparation)."""


def embed(segment: Audio) -> NDArray[np.float32]:
    """The embedding of up to ten seconds of one voice, shape (1024,); the rest of a longer segment is not used."""
    spectrum = log_mel(levelled(segment[: int(LONGEST_S * RATE)]))
    (embedding,) = session("speech-embedding").run(None, {"mel": spectrum[None]})
    result: NDArray[np.float32] = embedding[0]
    return result


def levelled(segment: Audio) -> Audio:
    """The segment at a fixed level, judged by its louder half so that pauses in it do not count."""
    power = np.square(segment[: len(segment) // _FFT * _FFT].reshape(-1, _FFT)).mean(1, dtype=np.float64)
    loud = float(np.sqrt(np.sort(power)[len(power) // 2 :].mean())) if len(power) else 0.0
    return segment * np.float32(_LEVEL / max(loud, 1e-6))


def log_mel(audio: Audio) -> NDArray[np.float32]:
    """Whisper's input: log mel power in 80 bands a 10 ms, shape (80, len(audio) / 160), about -1..1."""
    import scipy.fft

    padded = np.pad(audio, _FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[: len(audio) // _HOP * _HOP : _HOP]
    spectrum = scipy.fft.rfft(frames * _window(), axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    bands = np.log10(np.maximum(power @ _filters(), 1e-10))
    bands = np.maximum(bands, bands.max() - _RANGE)
    return np.ascontiguousarray(((bands + 4) / 4).T, np.float32)


@cache
def _window() -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT) / _FFT)).astype(np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    import librosa

    bank: NDArray[np.float32] = librosa.filters.mel(sr=RATE, n_fft=_FFT, n_mels=_BANDS, dtype=np.float32)
    return np.ascontiguousarray(bank.T)
