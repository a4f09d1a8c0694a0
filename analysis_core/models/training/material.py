"""Corpora turned into embeddings, by the very code that listens to recordings."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis_core.models.training import corpora
from analysis_core.models.training.augment import VARIANTS, variants
from analysis_core.speech.analyser import SpeechAnalyser
from analysis_core.speech.clip import trim, voice
from analysis_core.speech.embedding import SIZE, embed
from analysis_core.speech.emotion import Voice
from analysis_core.speech.windows import Audio, windows

Float = NDArray[np.float64]
Texts = NDArray[np.str_]


@dataclass(frozen=True)
class Acted:
    """Clips of one corpus: embeddings (n, 1024) by variant, and what is known of each clip, (n,)."""

    plain: Float
    varied: dict[str, Float]
    emotion: Texts
    speaker: Texts
    gender: Texts
    intensity: Texts
    voices: Sequence[Voice]


@dataclass(frozen=True)
class Talk:
    """A conversation's segments: embeddings (n, 1024), speaker indices (n,), and whether only one person speaks."""

    corpus: str
    name: str
    embeddings: Float
    speakers: NDArray[np.int64]
    clean: NDArray[np.bool_]


def acted(corpus: str, varied: bool) -> Acted:
    """All clips of a corpus; `varied` adds the augmented ones."""
    clips = list(corpora.clips(corpus))
    trimmed = [trim(clip.audio) for clip in clips]
    return Acted(
        plain=np.array([embed(audio) for audio in trimmed], np.float64),
        varied=_varied([clip.name for clip in clips], trimmed) if varied else {},
        emotion=np.array([clip.emotion for clip in clips]),
        speaker=np.array([clip.speaker for clip in clips]),
        gender=np.array([clip.gender for clip in clips]),
        intensity=np.array([clip.intensity for clip in clips]),
        voices=[voice(audio) for audio in trimmed],
    )


def _varied(names: Sequence[str], sounds: Sequence[Audio]) -> dict[str, Float]:
    made = [[embed(one) for one in variants(audio, name)] for name, audio in zip(names, sounds, strict=True)]
    return dict(zip(VARIANTS, np.array(made, np.float64).transpose(1, 0, 2), strict=True))


def talks() -> list[Talk]:
    """The conversations that are taken as neutral."""
    sources: Sequence[tuple[str, Callable[[], Iterable[corpora.Meeting]]]] = (
        ("ami", corpora.ami),
        ("calls", corpora.calls),
    )
    return [_talk(corpus, meeting) for corpus, source in sources for meeting in source()]


def _talk(corpus: str, meeting: corpora.Meeting) -> Talk:
    analyser = SpeechAnalyser(meeting.turns, "speaker")
    for window in windows([meeting.audio]):
        analyser.push(window)
    analyser.close()
    voices = analyser.voices
    return Talk(
        corpus,
        meeting.name,
        np.array([voice.embedding for voice in voices], np.float64).reshape(-1, SIZE),
        np.array([voice.speaker for voice in voices], np.int64),
        np.array([_overlap(voice, meeting) <= 0.2 for voice in voices], bool),
    )


def _overlap(voice: Voice, meeting: corpora.Meeting) -> float:
    """The share of the segment in which at least two people speak."""
    moments = np.arange(voice.start_s, voice.end_s, 0.01)
    talking = sum((moments >= turn.start_s) & (moments < turn.end_s) for turn in meeting.turns)
    return float(np.mean(np.asarray(talking) >= 2))
