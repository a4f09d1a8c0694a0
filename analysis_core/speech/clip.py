"""A short clip of one voice, taken as one segment: for corpora of acted or labelled sentences, not for recordings."""

import numpy as np

from analysis_core.speech.analyser import SpeechAnalyser
from analysis_core.speech.detection import STEP, Detector, runs, tidy
from analysis_core.speech.embedding import embed
from analysis_core.speech.emotion import Voice
from analysis_core.speech.windows import RATE, Audio, windows

_SHORTEST_S = 0.5
_MARGIN = 800


def trim(audio: Audio) -> Audio:
    """Without the silence around the speech, 16 kHz mono. Raises `ModelMissing`."""
    detector = Detector()
    spoken = runs(tidy(np.concatenate([detector(window) for window in windows([audio])])))
    if not len(spoken):
        return audio
    inner = audio[max(0, spoken[0, 0] * STEP - _MARGIN) : spoken[-1, 1] * STEP + _MARGIN]
    return inner if len(inner) >= _SHORTEST_S * RATE else audio


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
