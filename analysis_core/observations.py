"""What each modality saw, before fusion. Per-second series have one value for each started second of the recording.

A value that was not observed is NaN, never a guess: fusion decides what that means.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float32]
"""One value per second, shape (seconds,), NaN where nothing was observed."""


Block = NDArray[np.float32]
"""Consecutive audio: shape (n,), 16 kHz mono, -1..1. Blocks follow each other without a gap from second 0."""


@dataclass(frozen=True)
class Frame:
    """One sampled picture: `image` has shape (height, width, 3), RGB, uint8."""

    time_s: float
    image: NDArray[np.uint8]


@dataclass(frozen=True)
class Cue:
    """One transcript cue. Times in seconds; `speaker` is None where the transcript names nobody."""

    start_s: float
    end_s: float
    speaker: str | None
    text: str


@dataclass(frozen=True)
class Transcript:
    """A parsed transcript, cues in order of their start. `timed` is False for text and documents without times.

    `warnings` say what of it may have been misread.
    """

    cues: tuple[Cue, ...]
    format: str
    timed: bool = True
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Turn:
    """A stretch in which one speaker holds the floor: neighbouring cues of a speaker, or detected speech."""

    start_s: float
    end_s: float
    speaker: str
    text: str = ""


@dataclass(frozen=True)
class Pause:
    """Silence of at least 0.3 s. `kind`: `within` a turn, or `response`, the latency before `speaker` answers."""

    start_s: float
    end_s: float
    speaker: str
    kind: str


@dataclass(frozen=True)
class FilledPause:
    """A held vowel such as "uh" or "um", found in the audio. `confidence` 0..1."""

    start_s: float
    end_s: float
    speaker: str
    confidence: float


@dataclass(frozen=True)
class SpeechSegment:
    """Two to eight seconds of one speaker with what the voice says. All figures 0..1; `emotions` sum to 1."""

    start_s: float
    end_s: float
    speaker: str
    valence: float
    arousal: float
    dominance: float
    emotions: Mapping[str, float]
    confidence: float


@dataclass(frozen=True)
class SpeechObservations:
    """The audio's share. Levels in dBFS, pitch in Hz, rates per second."""

    seconds: int
    speech_share: Series
    """Share of each second that holds speech, 0..1; never NaN."""
    speech: tuple[tuple[float, float], ...]
    """Detected speech, (start, end) in seconds."""
    pitch_hz: Series
    pitch_range_st: Series
    """Interquartile range of pitch within the second, in semitones."""
    voiced_share: Series
    energy_db: Series
    jitter: Series
    shimmer: Series
    hnr_db: Series
    syllable_rate: Series
    segments: tuple[SpeechSegment, ...]
    pauses: tuple[Pause, ...]
    filled_pauses: tuple[FilledPause, ...]
    pitch_quantiles_hz: Mapping[str, tuple[float, float, float, float, float]]
    """Per speaker: 5th, 25th, 50th, 75th and 95th percentile of voiced pitch."""


@dataclass(frozen=True)
class FaceTrack:
    """One face followed through the recording, m sampled moments. Faces are told apart, never identified.

    `aus` has shape (m, len(FaceObservations.codes)), 0..1, relative to the face's own neutral; `pose` (m, 3) is
    pitch, yaw, roll in degrees; `boxes` (m, 4) is x, y, width, height in shares of the picture; `mouth_motion`
    (m,) is how much the lips moved since the last moment, used to tell who speaks.
    """

    id: int
    times_s: NDArray[np.float32]
    boxes: NDArray[np.float32]
    aus: NDArray[np.float32]
    pose: NDArray[np.float32]
    valence: NDArray[np.float32]
    arousal: NDArray[np.float32]
    mouth_motion: NDArray[np.float32]
    confidence: NDArray[np.float32]
    speaker: str | None = None


@dataclass(frozen=True)
class ActionUnitInfo:
    """One row of the Action Unit schema. `source`: `blendshape`, `geometry`, `pose` or `unsupported`."""

    code: int
    name: str
    source: str
    confidence: float


@dataclass(frozen=True)
class FaceObservations:
    """The picture's share. `codes` gives the columns of each track's `aus`; `schema` has every FACS code."""

    codes: tuple[int, ...]
    schema: tuple[ActionUnitInfo, ...]
    tracks: tuple[FaceTrack, ...]
    frames: int
    frames_with_face: int


@dataclass(frozen=True)
class Marker:
    """A linguistic marker. `start`/`end` are character offsets in its sentence; `at_s` None without times."""

    kind: str
    text: str
    start: int
    end: int
    sentence: int
    source: str
    at_s: float | None


@dataclass(frozen=True)
class Sentence:
    """One sentence. VAD 0..1 or None where no model is available; `emotions` are independent probabilities."""

    text: str
    speaker: str
    start_s: float | None
    end_s: float | None
    words: int
    valence: float | None
    arousal: float | None
    dominance: float | None
    emotions: Mapping[str, float]
    question: bool


@dataclass(frozen=True)
class TextObservations:
    """The words' share. `filled_pauses_written` is False when the transcript spells no "um" at all.

    `markers_read` is False when the words are in a language that the list of markers does not know.
    """

    sentences: tuple[Sentence, ...]
    markers: tuple[Marker, ...]
    filled_pauses_written: bool
    markers_read: bool = True
