"""The Action Units that each face shows, frame by frame."""

import numpy as np
from numpy.typing import NDArray

from sandbox.recording.script import PEOPLE
from sandbox.recording.timeline import Timeline
from sandbox.recording.voice import RATE_HZ, Audio

FRAMES_PER_SECOND = 15
UNITS = ("AU1", "AU2", "AU4", "AU12", "AU15", "AU26")
Curve = NDArray[np.float64]

_ONSET_S = 0.35
_FULL_MOUTH_RMS = 0.12
_JAW_GAIN = 0.85


def frame_times(timeline: Timeline) -> Curve:
    """Give the start of each frame in seconds."""
    return np.arange(int(timeline.duration_s * FRAMES_PER_SECOND)) / FRAMES_PER_SECOND


def curves(timeline: Timeline) -> dict[str, dict[str, Curve]]:
    """Give, per person and Action Unit, the intensity 0..1 drawn in each frame."""
    times = frame_times(timeline)
    shown = {person.name: {unit: np.zeros(len(times)) for unit in UNITS} for person in PEOPLE}
    for name, sound in timeline.sounds.items():
        shown[name]["AU26"] = _jaw(sound, len(times))
    for moment in timeline.turns:
        length = moment.end_s - moment.start_s
        for expression in moment.turn.expressions:
            envelope = _envelope(
                times, moment.start_s + expression.start * length, moment.start_s + expression.end * length
            )
            for unit, intensity in expression.aus.items():
                curve = shown[expression.person]
                curve[unit] = np.maximum(curve[unit], envelope * intensity)
    return shown


def _envelope(times: Curve, start_s: float, end_s: float) -> Curve:
    """Rise and fall over a third of a second, as posed expressions do."""
    return np.clip(np.minimum((times - start_s) / _ONSET_S, (end_s - times) / _ONSET_S), 0, 1)


def _jaw(sound: Audio, frames: int) -> Curve:
    """The jaw follows the loudness of each frame, lightly smoothed."""
    width = RATE_HZ // FRAMES_PER_SECOND
    loudness = np.sqrt((sound[: frames * width].reshape(frames, width).astype(np.float64) ** 2).mean(axis=1))
    return np.convolve(np.clip(loudness / _FULL_MOUTH_RMS, 0, 1), [0.25, 0.5, 0.25], "same") * _JAW_GAIN
