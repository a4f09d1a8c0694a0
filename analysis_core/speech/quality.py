"""Jitter, shimmer and harmonics-to-noise ratio, from how three neighbouring periods of the voice compare.

Definitions: Boersma & Weenink, Praat manual, "Voice 2. Jitter", "Voice 3. Shimmer" (both *local*) and Boersma 1993,
"Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled sound".
Periods are found as Praat's cross-correlation method does: the next one is where the waveform around the pulse fits
best. Every second voiced frame is a measurement of its own, so that a window is done in a few array operations.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from analysis_core.speech.windows import CONTEXT, FRAME, RATE, Window

Float = NDArray[np.float64]

_EVERY = 2
_SEARCH = 0.2
"""The next period may be this much longer or shorter than the pitch says."""
_STEADY = 2
"""Voiced frames wanted on each side: onsets and ends of voicing are irregular in every voice."""
_LEAST_FIT = 0.5
_PULSE = 0.2
"""Half the width, in periods, of the Hann window that a pulse's amplitude is measured in."""
_MOST_HNR_DB = 40.0
_HARMONICITY_WINDOW = RATE / 75
"""Samples that harmonicity is judged over: one period of the lowest pitch, Praat's default for speech."""
_LONG_PERIOD = 110


@dataclass(frozen=True)
class Quality:
    """Measurements, shape (n,): the frame within the window, period in samples, and the three figures.

    `jitter` and `shimmer` are shares (0.01 is one per cent) of one pair of periods; their means are the local ones.
    """

    frame: NDArray[np.int64]
    jitter: Float
    shimmer: Float
    hnr_db: Float


def measure(window: Window, pitch: NDArray[np.float32]) -> Quality:
    """Measures in the steady voiced parts of a window; `pitch` is what `pitch.track` gave for it."""
    frames = _steady(pitch)
    periods = RATE / pitch[frames].astype(np.float64)
    long = periods > _LONG_PERIOD
    groups = [_measure(window, frames[part], periods[part]) for part in (long, ~long) if part.any()]
    if not groups:
        return Quality(np.zeros(0, np.int64), *(np.zeros(0) for _ in range(3)))
    return Quality(*(np.concatenate([getattr(group, name) for group in groups]) for name in Quality.__annotations__))


def _steady(pitch: NDArray[np.float32]) -> NDArray[np.int64]:
    voiced = np.pad(~np.isnan(pitch), _STEADY)
    around = sliding_window_view(voiced, 2 * _STEADY + 1)
    found = np.flatnonzero(np.logical_and.reduce(around, axis=1))
    chosen: NDArray[np.int64] = found[found % _EVERY == 0]
    return chosen


def _measure(window: Window, frames: NDArray[np.int64], periods: Float) -> Quality:
    x = window.audio.astype(np.float64)
    pulse = _strongest(x, CONTEXT + frames * FRAME, periods)
    first, fit = _next(x, pulse, periods)
    second_pulse = pulse + np.rint(first).astype(np.int64)
    second, second_fit = _next(x, second_pulse, periods)
    amplitudes = [_amplitude(x, at, periods) for at in (pulse, second_pulse)]
    jitter = np.abs(first - second) / ((first + second) / 2)
    shimmer = np.abs(amplitudes[0] - amplitudes[1]) / np.maximum((amplitudes[0] + amplitudes[1]) / 2, 1e-9)
    ratio = np.clip(_harmonicity(x, pulse, first), 1e-6, 1 - 10 ** (-_MOST_HNR_DB / 10))
    good = np.minimum(fit, second_fit) >= _LEAST_FIT
    return Quality(frames[good], jitter[good], shimmer[good], 10 * np.log10(ratio / (1 - ratio))[good])


def _strongest(x: Float, centre: NDArray[np.int64], periods: Float) -> NDArray[np.int64]:
    """The sample of the greatest magnitude within one period around each centre."""
    reach = np.arange(-int(periods.max() / 2), int(periods.max() / 2) + 1)
    near = np.where(np.abs(reach) <= periods[:, None] / 2, np.abs(x[centre[:, None] + reach]), -1.0)
    strongest: NDArray[np.int64] = centre + reach[near.argmax(1)]
    return strongest


def _next(x: Float, pulse: NDArray[np.int64], periods: Float) -> tuple[Float, Float]:
    """The distance in samples from each pulse to the next, and how well the two periods fit, -1..1."""
    search = int(periods.max() * _SEARCH) + 2
    expected = np.rint(periods).astype(np.int64)
    fit = _fit(x, pulse, expected, search, periods / 2)
    allowed = np.abs(np.arange(-search, search + 1)) <= periods[:, None] * _SEARCH
    lag, best = _peak(np.where(allowed, fit, -1.0))
    return expected - search + lag, best


def _harmonicity(x: Float, pulse: NDArray[np.int64], lag: Float) -> Float:
    """The share of the power that repeats after one period."""
    half = np.full(len(pulse), _HARMONICITY_WINDOW / 2)
    return _peak(_fit(x, pulse, np.rint(lag).astype(np.int64), 2, half))[1]


def _fit(x: Float, pulse: NDArray[np.int64], lag: NDArray[np.int64], search: int, half: Float) -> Float:
    """Normalised correlation of the sound within `half` of each pulse with the sound `lag` plus -search..search later.

    Shape (n, 2 * search + 1).
    """
    widest = int(half.max()) + 1
    offsets = np.arange(-widest, widest + 1)
    weight = (np.abs(offsets) <= half[:, None]).astype(np.float64)
    template = x[pulse[:, None] + offsets] * weight
    beyond = x[(pulse + lag)[:, None] + np.arange(-widest - search, widest + search + 1)]
    product = np.einsum("nkw,nw->nk", sliding_window_view(beyond, len(offsets), axis=1), template)
    energy = np.einsum("nkw,nw->nk", sliding_window_view(beyond**2, len(offsets), axis=1), weight)
    return np.asarray(product / np.sqrt(np.maximum(energy * np.square(template).sum(1, keepdims=True), 1e-20)))


def _peak(fit: Float) -> tuple[Float, Float]:
    """The place and height of each row's maximum, between samples by a parabola."""
    rows = np.arange(len(fit))
    top = np.clip(fit.argmax(1), 1, fit.shape[1] - 2)
    left, middle, right = (fit[rows, top + step] for step in (-1, 0, 1))
    bend = np.minimum(left - 2 * middle + right, -1e-12)
    shift = np.clip((left - right) / (2 * bend), -0.5, 0.5)
    return top + shift, middle - (left - right) * shift / 4


def _amplitude(x: Float, pulse: NDArray[np.int64], periods: Float) -> Float:
    """The root mean square around each pulse, in a Hann window of 0.4 periods."""
    reach = np.arange(-int(periods.max() * _PULSE) - 1, int(periods.max() * _PULSE) + 2)
    place = np.clip(reach / (periods[:, None] * _PULSE), -1, 1)
    weight = 0.5 + 0.5 * np.cos(np.pi * place)
    near = np.square(x[pulse[:, None] + reach])
    return np.asarray(np.sqrt((near * weight).sum(1) / weight.sum(1)))
