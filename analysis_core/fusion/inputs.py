"""Everything fusion works from."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from analysis_core.io.turns import UNKNOWN_SPEAKER
from analysis_core.observations import (
    Cue,
    FaceObservations,
    SpeechObservations,
    TextObservations,
    Turn,
)
from analysis_core.options import Options

Values = NDArray[np.float64]
"""One value per started second, NaN where nothing was observed."""


@dataclass(frozen=True)
class Inputs:
    """The modalities that were there; the others are None.

    `cues` have a speaker each and are empty without a transcript. `turns` say who holds the floor; without a
    transcript they cover the whole recording (`speakers_told_apart` says whether they name different people).
    """

    duration_s: float
    speech: SpeechObservations | None
    face: FaceObservations | None
    text: TextObservations | None
    cues: tuple[Cue, ...]
    turns: tuple[Turn, ...]
    timed: bool
    speakers_told_apart: bool
    options: Options
    has_audio: bool
    has_video: bool
    words_recognised: bool = False
    """Whether the words were taken from the sound; recognisers leave out "um" and "uh"."""
    warnings: tuple[str, ...] = ()
    models: tuple[dict[str, str], ...] = field(default=())

    @property
    def seconds(self) -> int:
        """How many seconds the recording started."""
        return int(np.ceil(self.duration_s))

    def observed(self, speaker: str) -> bool:
        """Whether this speaker may be scored at all."""
        chosen = self.options.observed_speakers
        return speaker != UNKNOWN_SPEAKER if chosen is None else speaker in chosen
