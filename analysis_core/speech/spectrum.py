"""What each 16 ms sounds like: level, level of the vowels' band, and how fast the spectrum moves."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis_core.speech.windows import CONTEXT, FRAME, RATE, Window

_FFT = 2 * FRAME
_BANDS, _CEPSTRA = 24, 12
_VOWELS_HZ = (300.0, 3300.0)
_QUIET = 1e-10
_LAG = 2
"""Frames between the two spectra that are compared: 32 ms."""


@dataclass(frozen=True)
class Spectrum:
    """One value for each frame. Levels in dBFS; `change` is the cepstral distance to 32 ms before, in dB."""

    level_db: NDArray[np.float32]
    vowel_db: NDArray[np.float32]
    change: NDArray[np.float32]


def analyse(window: Window) -> Spectrum:
    """The spectrum around each 16 ms of the window, frames centred on their start as the pitch tracker's are."""
    power = _power(window)
    level = 10 * np.log10(power.sum(1) + _QUIET)
    low, high = (round(hz * _FFT / RATE) for hz in _VOWELS_HZ)
    vowel = 10 * np.log10(power[:, low:high].sum(1) + _QUIET)
    bands = power @ _filters()
    floor = bands.max(1, keepdims=True) * 1e-5 + _QUIET
    cepstra = (10 * np.log10(bands + floor)) @ _cosines()
    change = np.sqrt(np.square(cepstra[_LAG:] - cepstra[:-_LAG]).sum(1))
    return Spectrum(level[_LAG:], vowel[_LAG:], change)


def _power(window: Window) -> NDArray[np.float32]:
    """Power spectra of the window's frames and the `_LAG` before, scaled so that their sum is the mean square."""
    import scipy.fft

    first = CONTEXT - FRAME - _LAG * FRAME
    part = window.audio[first : CONTEXT + window.length]
    frames = np.lib.stride_tricks.sliding_window_view(part, _FFT)[::FRAME]
    bins = scipy.fft.rfft(frames * _window(), axis=1)
    power = np.square(bins.real) + np.square(bins.imag)
    scale = 2 / (_FFT * float(np.square(_window()).sum()))
    return np.asarray(power * np.float32(scale), np.float32)


@cache
def _window() -> NDArray[np.float32]:
    return np.hanning(_FFT + 1)[:-1].astype(np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    import librosa

    bank: NDArray[np.float32] = librosa.filters.mel(sr=RATE, n_fft=_FFT, n_mels=_BANDS, fmax=6000, dtype=np.float32)
    return np.ascontiguousarray(bank.T)


@cache
def _cosines() -> NDArray[np.float32]:
    """The discrete cosine transform without its constant term, so that level does not count, (bands, cepstra)."""
    n, k = np.arange(_BANDS)[:, None], np.arange(1, _CEPSTRA + 1)[None]
    return np.asarray(np.cos(np.pi * k * (2 * n + 1) / (2 * _BANDS)) * np.sqrt(2 / _BANDS), np.float32)
