"""Our figures of voice quality against Praat's."""

import numpy as np
import parselmouth
import pytest
import scipy.signal
from numpy.typing import NDArray
from parselmouth.praat import call

from analysis_core.speech import pitch, quality
from analysis_core.speech.windows import FRAME, windows

RATE = 16_000
_FINE = 10


def vowel(
    pitch_hz: float, seconds: float, jitter: float = 0.0, shimmer: float = 0.0, noise_db: float = -90.0
) -> NDArray[np.float32]:
    """A pulse train through three formants; `jitter` and `shimmer` are the spread of periods and amplitudes as shares.

    The noise is that much below the voice.
    """
    random = np.random.default_rng(1)
    rate = RATE * _FINE
    count = int(seconds * pitch_hz) + 2
    periods = (1 + jitter * random.standard_normal(count)) / pitch_hz
    heights = 1 + shimmer * random.standard_normal(count)
    source = np.zeros(int(seconds * rate))
    places = np.rint(np.cumsum(periods) * rate).astype(int)
    inside = places < len(source)
    source[places[inside]] = heights[inside]
    pulse = np.hanning(int(0.3 * rate / pitch_hz))
    sound = np.convolve(source, np.diff(pulse), "same")
    for centre, width in ((700, 90), (1200, 110), (2600, 160)):
        radius, angle = np.exp(-np.pi * width / rate), 2 * np.pi * centre / rate
        sound = scipy.signal.lfilter([1 - radius], [1, -2 * radius * np.cos(angle), radius**2], sound)
    sound = scipy.signal.decimate(sound, _FINE, ftype="fir")
    sound += random.standard_normal(len(sound)) * sound.std() * 10 ** (noise_db / 20)
    return np.asarray(sound / np.abs(sound).max() * 0.5, np.float32)


def _ours(sound: NDArray[np.float32]) -> dict[str, float]:
    jitter, shimmer, hnr, tone = [], [], [], []
    for window in windows([sound]):
        track = pitch.track(window, np.ones(window.length // 512, bool))
        voice = quality.measure(window, track)
        inside = (voice.frame > 10) & (window.start // FRAME + voice.frame < len(sound) // FRAME - 10)
        jitter += voice.jitter[inside].tolist()
        shimmer += voice.shimmer[inside].tolist()
        hnr += voice.hnr_db[inside].tolist()
        tone += track[~np.isnan(track)].tolist()
    figures = {"jitter": np.mean(jitter), "shimmer": np.mean(shimmer), "hnr_db": np.mean(hnr), "pitch": np.median(tone)}
    return {name: float(value) for name, value in figures.items()}


def _praat(sound: NDArray[np.float32]) -> dict[str, float]:
    whole = parselmouth.Sound(sound.astype(np.float64), 16_000)
    tone = whole.to_pitch(pitch_floor=75)
    points = call([whole, tone], "To PointProcess (cc)")
    return {
        "jitter": call(points, "Get jitter (local)", 0, 0, 0.0001, 0.02, 1.3),
        "shimmer": call([whole, points], "Get shimmer (local)", 0, 0, 0.0001, 0.02, 1.3, 1.6),
        "hnr_db": call(whole.to_harmonicity_cc(minimum_pitch=75), "Get mean", 0, 0),
        "pitch": call(tone, "Get quantile", 0, 0, 0.5, "Hertz"),
    }


@pytest.mark.parametrize(("pitch_hz", "jitter", "shimmer"), [(95, 0.01, 0.05), (150, 0.006, 0.03), (210, 0.012, 0.08)])
def test_jitter_shimmer_and_harmonicity_of_a_rough_vowel_are_within_a_tenth_of_praats(
    pitch_hz: float, jitter: float, shimmer: float
) -> None:
    sound = vowel(pitch_hz, 9.0, jitter, shimmer, noise_db=-35)

    ours, praats = _ours(sound), _praat(sound)

    assert ours == pytest.approx(praats, rel=0.1)


def test_a_steady_vowel_has_next_to_no_jitter() -> None:
    assert _ours(vowel(140, 3.0))["jitter"] < 0.002


def test_noise_lowers_harmonicity_by_as_much_as_it_lowers_praats() -> None:
    clear, hoarse = vowel(160, 6.0, noise_db=-25), vowel(160, 6.0, noise_db=-10)

    ours = _ours(clear)["hnr_db"] - _ours(hoarse)["hnr_db"]
    praats = _praat(clear)["hnr_db"] - _praat(hoarse)["hnr_db"]

    assert ours == pytest.approx(praats, rel=0.1)
