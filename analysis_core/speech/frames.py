"""Everything that is kept of the sound: a few figures for each 16 ms, about 90 KB a minute at most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis_core.speech import pitch, quality, spectrum
from analysis_core.speech.detection import Flags
from analysis_core.speech.floor import Labels
from analysis_core.speech.windows import FRAME, Window

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Frames:
    """By 16 ms frame: speech and its speaker (32 ms values repeated), pitch in Hz or NaN, levels in dBFS, change in dB.

    `pulse_frame` with `jitter`, `shimmer` and `hnr_db` are measurements at some of the frames.
    """

    speech: Flags
    speaker: Labels
    pitch: Float32
    level_db: Float32
    vowel_db: Float32
    change: Float32
    pulse_frame: NDArray[np.int64]
    jitter: Float32
    shimmer: Float32
    hnr_db: Float32


def measure(window: Window, speech: Flags, speaker: Labels) -> Frames:
    """The frames of one window; `speech` and `speaker` have one value for each 32 ms."""
    tone = pitch.track(window, speech)
    heard = spectrum.analyse(window)
    voice = quality.measure(window, tone)
    figures = (values.astype(np.float32) for values in (voice.jitter, voice.shimmer, voice.hnr_db))
    return Frames(
        np.repeat(speech, 2),
        np.repeat(speaker, 2),
        tone,
        heard.level_db,
        heard.vowel_db,
        heard.change,
        voice.frame + window.start // FRAME,
        *figures,
    )


def join(parts: list[Frames]) -> Frames:
    """Consecutive windows' frames as one."""
    names = list(Frames.__annotations__)
    return Frames(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
