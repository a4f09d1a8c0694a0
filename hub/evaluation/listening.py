"""Labelled clips heard by the core: each becomes one voice, or several where it is long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hub.evaluation.errors import EvaluationError
from hub.evaluation.manifest import Clip

if TYPE_CHECKING:
    from analysis_core.speech.emotion import Voice


@dataclass(frozen=True)
class HeardClip:
    """A clip and its voice, in segments."""

    clip: Clip
    voices: "Sequence[Voice]"


@dataclass
class Heard:
    """What was made of the clips, and why some could not be read."""

    clips: list[HeardClip] = field(default_factory=list)
    unreadable: list[dict[str, str]] = field(default_factory=list)


def hear(clips: Sequence[Clip], told: Callable[[float], None]) -> Heard:
    """Listens to every clip. Raises `EvaluationError` where none can be read, `ModelMissing`."""
    from analysis_core.errors import AnalysisError, ModelMissing

    heard = Heard()
    for number, clip in enumerate(clips, 1):
        try:
            heard.clips.append(HeardClip(clip, _voices(clip.path)))
        except ModelMissing:
            raise
        except AnalysisError as error:
            heard.unreadable.append({"file": clip.file, "reason": str(error)})
        told(number / len(clips))
    if not heard.clips:
        raise EvaluationError(f"None of the {len(clips)} clips could be read: {heard.unreadable[0]['reason']}")
    return heard


def shares(heard: HeardClip, classes: Sequence[str]) -> list[float]:
    """How likely each class is, all others ruled out; segments of a long clip weigh by their length."""
    from analysis_core.speech.emotion import judge

    total = np.zeros(len(classes))
    for voice in heard.voices:
        (segment,) = judge([replace(voice, speaker=0)], ["clip"])
        row = np.array([segment.emotions[name] for name in classes])
        total += row / row.sum() * (segment.end_s - segment.start_s)
    return [float(value) for value in total / total.sum()]


def arousal(clips: Sequence[HeardClip]) -> list[float]:
    """Arousal of each clip of one speaker, 0..1, all of them taken as one recording."""
    from analysis_core.speech.emotion import judge

    segments = iter(judge([replace(voice, speaker=0) for one in clips for voice in one.voices], ["speaker"]))
    return [float(np.mean([next(segments).arousal for _ in one.voices])) for one in clips]


def _voices(path: Path) -> "Sequence[Voice]":
    from analysis_core.errors import MediaUnreadable
    from analysis_core.io.media import open_media
    from analysis_core.options import Options
    from analysis_core.speech.clip import trim, voices
    from analysis_core.speech.embedding import LONGEST_S

    blocks = list(open_media(path, Options()).audio())
    if not blocks:
        raise MediaUnreadable("The file holds no sound that can be decoded.")
    return voices(trim(np.concatenate(blocks)), LONGEST_S)
