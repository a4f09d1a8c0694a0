"""What each 16 ms sounds like: level, level of the vowels' band, and how fast the spectrum moves."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis_core.speech.windows import CONTEXT, FRAME, RATE, Window

_FFT = 2 * FRAME
_BANDS, _CEPSTRA = 24, 12
_VOWELS_HZ = (300.0, 3300.0)
_RUMBLE = 2
"""The first bins, below 60 Hz, are offset, hum and handling rather than voice."""
_QUIET = 1e-10
_LAG = 2
"""Frames between the two spectra that are compared, each a mean of three: 32 ms."""
_EARLIER, _LATER = _LAG + 1, 1


@dataclass(frozen=True)
class Spectrum:
    """One value for each frame. Levels in dBFS; `change` is the cepstral distance to 32 ms before, in dB."""

    level_db: NDArray[np.float32]
    vowel_db: NDArray[np.float32]
    change: NDArray[np.float32]


def analyse(window: Window) -> Spectrum:
    """The spectrum around each 16 ms of the window, frames centred on their start as the pitch tracker's are."""
    power = _power(window)
    own = power[_EARLIER:-_LATER]
    low, high = (round(hz * _FFT / RATE) for hz in _VOWELS_HZ)
    level = 10 * np.log10(own[:, _RUMBLE:].sum(1) + _QUIET)
    vowel = 10 * np.log10(own[:, low:high].sum(1) + _QUIET)
    return Spectrum(level, vowel, _change(power))


def _change(power: NDArray[np.float32]) -> NDArray[np.float32]:
    bands = power @ _filters()
    floor = bands.max(1, keepdims=True) * 1e-5 + _QUIET
    cepstra = (10 * np.log10(bands + floor)) @ _cosines()
    smooth = (cepstra[:-2] + cepstra[1:-1] + cepstra[2:]) / 3
    return np.asarray(np.sqrt(np.square(smooth[_LAG:] - smooth[:-_LAG]).sum(1)), np.float32)


def _power(window: Window) -> NDArray[np.float32]:
    """Power spectra of the window's frames, `_EARLIER` and `_LATER` ones included; each sums to the mean square."""
    import scipy.fft

    first, last = CONTEXT - FRAME - _EARLIER * FRAME, CONTEXT + window.length + _LATER * FRAME
    part = window.audio[first:last]
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
