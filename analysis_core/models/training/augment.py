"""Clips as other microphones, rooms and lines would have given them, so that a channel is no clue to an emotion."""

import zlib

import numpy as np
from numpy.typing import NDArray

from analysis_core.speech.windows import RATE, Audio

Random = np.random.Generator
Float = NDArray[np.float64]

_POINTS_HZ = (0, 300, 1000, 3000, 8000)
_TELEPHONE_HZ = (200, 3400)
VARIANTS = ("telephone", "room", "room, noise", "telephone from a room", "equaliser, noise")


def variants(audio: Audio, name: str) -> list[Audio]:
    """The clip in each of `VARIANTS`. The same name gives the same sound."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    plain = audio.astype(np.float64)
    made = (
        telephone(plain),
        room(equalised(plain, random), random),
        noisy(room(equalised(plain, random), random), random),
        telephone(noisy(room(plain, random), random)),
        noisy(equalised(plain, random), random),
    )
    return [one.astype(np.float32) for one in made]


def telephone(audio: Float) -> Float:
    """Without what a telephone line does not carry."""
    import scipy.signal

    band = scipy.signal.butter(6, _TELEPHONE_HZ, "band", fs=RATE, output="sos")
    return np.asarray(scipy.signal.sosfiltfilt(band, audio))


def equalised(audio: Float, random: Random) -> Float:
    """Through a microphone that is up to 8 dB off at places."""
    import scipy.signal

    grid = np.linspace(0, RATE / 2, 129)
    gain_db = np.interp(grid, _POINTS_HZ, random.uniform(-8, 8, len(_POINTS_HZ)))
    response = scipy.signal.firwin2(257, grid / grid[-1], 10 ** (gain_db / 20))
    return np.asarray(scipy.signal.fftconvolve(audio, response, "same"))


def room(audio: Float, random: Random) -> Float:
    """In a room with 0.15 to 0.6 s of reverberation, 2 to 14 dB below the direct sound."""
    import scipy.signal

    length = int(random.uniform(0.15, 0.6) * RATE)
    tail = random.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail *= 10 ** (random.uniform(-14, -2) / 20) / np.sqrt(np.square(tail).sum())
    tail[0] = 1
    return np.asarray(scipy.signal.fftconvolve(audio, tail)[: len(audio)])


def noisy(audio: Float, random: Random) -> Float:
    """With rumble and hiss 12 to 35 dB below the voice."""
    rumble = np.cumsum(random.standard_normal(len(audio)))
    rumble -= np.convolve(rumble, np.full(201, 1 / 201), "same")
    noise = rumble / rumble.std() + random.uniform(0.1, 1) * random.standard_normal(len(audio))
    below = 10 ** (-random.uniform(12, 35) / 20)
    return np.asarray(audio + noise / noise.std() * audio.std() * below)
