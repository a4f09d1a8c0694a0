"""A short clip of one voice, taken as one segment: for corpora of acted or labelled sentences, not for recordings."""

import numpy as np

from analysis_core.speech.analyser import SpeechAnalyser
from analysis_core.speech.detection import Detector, tidy
from analysis_core.speech.embedding import embed
from analysis_core.speech.emotion import Voice
from analysis_core.speech.sentence import SHORTEST, span
from analysis_core.speech.windows import RATE, Audio, windows


def trim(audio: Audio) -> Audio:
    """Without the silence around the speech, 16 kHz mono. Raises `ModelMissing`."""
    detector = Detector()
    spoken = span(tidy(np.concatenate([detector(window) for window in windows([audio])])))
    inner = audio[slice(*spoken)] if spoken else audio
    return inner if len(inner) >= SHORTEST else audio


def voice(audio: Audio) -> Voice:
    """A whole clip, already trimmed, as if it were one segment of a recording. Raises `ModelMissing`."""
    return _heard(audio).whole(embed(audio))


def voices(audio: Audio, longest_s: float) -> list[Voice]:
    """The clip as one segment, or cut into segments where it is longer than that. Raises `ModelMissing`."""
    if len(audio) <= longest_s * RATE:
        return [voice(audio)]
    analyser = _heard(audio)
    analyser.close()
    return list(analyser.voices) or [voice(audio)]


def _heard(audio: Audio) -> SpeechAnalyser:
    analyser = SpeechAnalyser([], "speaker")
    for window in windows([audio]):
        analyser.push(window)
    return analyser
