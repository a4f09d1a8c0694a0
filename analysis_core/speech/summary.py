"""Frames of a whole recording made into observations."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from analysis_core.observations import FilledPause, Series, SpeechObservations, SpeechSegment
from analysis_core.speech import filled, pauses, rhythm, series
from analysis_core.speech.detection import Flags, runs, tidy
from analysis_core.speech.emotion import Voice
from analysis_core.speech.floor import NOBODY
from analysis_core.speech.frames import Frames
from analysis_core.speech.windows import FRAME, RATE

FRAME_S = FRAME / RATE
_VOICED_LEAST = 5
"""Voiced frames (80 ms) a second needs before its pitch is given."""
_PULSES_LEAST = 4
_SPEECH_LEAST_S = 0.25
_QUANTILES = (5, 25, 50, 75, 95)
_QUANTILE_LEAST = 30


def summarise(
    frames: Frames, names: Sequence[str], segments: tuple[SpeechSegment, ...], length_s: float
) -> SpeechObservations:
    """All figures of one stream of `length_s` seconds."""
    seconds = max(1, int(np.ceil(length_s)))
    speech = np.repeat(tidy(frames.speech[::2]), 2)
    second = (np.arange(len(speech)) * FRAME // RATE).astype(np.int64)
    spoken_s = series.counts(second[speech], seconds) * FRAME_S
    stretches = [stretch for stretch in _stretches(speech, frames, names) if stretch[0] < length_s]
    return SpeechObservations(
        seconds=seconds,
        speech_share=np.minimum(spoken_s, 1).astype(np.float32),
        speech=tuple((start, min(end, length_s)) for start, end, _ in stretches),
        energy_db=series.means(frames.level_db[speech], second[speech], seconds, _VOICED_LEAST),
        segments=segments,
        pauses=pauses.pauses([s for s in stretches if s[2]]),
        filled_pauses=tuple(_filled(frames, speech, names)),
        pitch_quantiles_hz=_quantiles(frames, names),
        syllable_rate=_syllable_rate(frames, speech, second, seconds),
        **_pitch(frames, speech, second, seconds),
        **_quality(frames, seconds),
    )


def measured(voice: Voice, frames: Frames) -> Voice:
    """The segment with level and pitch of its frames, which begin where its times count from."""
    part = slice(round(voice.start_s * RATE / FRAME), round(voice.end_s * RATE / FRAME))
    level, tone = frames.level_db[part][frames.speech[part]], frames.pitch[part]
    tone = tone[~np.isnan(tone)]
    return replace(
        voice,
        level_db=float(level.mean()) if len(level) else np.nan,
        pitch_st=float(12 * np.log2(np.median(tone) / 100)) if len(tone) else np.nan,
    )


def silence(seconds: int) -> SpeechObservations:
    """What is observed where there is nothing to hear."""
    nothing = np.full(seconds, np.nan, np.float32)
    names = ("pitch_hz", "pitch_range_st", "voiced_share", "energy_db", "jitter", "shimmer", "hnr_db", "syllable_rate")
    return SpeechObservations(
        seconds=seconds,
        speech_share=np.zeros(seconds, np.float32),
        speech=(),
        segments=(),
        pauses=(),
        filled_pauses=(),
        pitch_quantiles_hz={},
        **dict.fromkeys(names, nothing),
    )


def _pitch(frames: Frames, speech: Flags, second: series.Seconds, seconds: int) -> dict[str, Series]:
    voiced = ~np.isnan(frames.pitch) & speech
    tone = 12 * np.log2(frames.pitch[voiced] / 100)
    low, middle, high = series.quartiles(tone, second[voiced], seconds, _VOICED_LEAST)
    voiced_s = series.counts(second[voiced], seconds) * FRAME_S
    spoken_s = series.counts(second[speech], seconds) * FRAME_S
    return {
        "pitch_hz": (100 * 2 ** (middle / 12)).astype(np.float32),
        "pitch_range_st": high - low,
        "voiced_share": series.share(voiced_s, spoken_s, _SPEECH_LEAST_S),
    }


def _quality(frames: Frames, seconds: int) -> dict[str, Series]:
    second = frames.pulse_frame * FRAME // RATE
    names = ("jitter", "shimmer", "hnr_db")
    return {name: series.means(getattr(frames, name), second, seconds, _PULSES_LEAST) for name in names}


def _syllable_rate(frames: Frames, speech: Flags, second: series.Seconds, seconds: int) -> Series:
    """Syllables a second of speech, over each second with its neighbours: one second holds too few to count."""
    found = rhythm.nuclei(frames.vowel_db, ~np.isnan(frames.pitch) & speech)
    spoken_s = series.counts(second[speech], seconds) * FRAME_S
    rate = series.share(series.around(series.counts(second[found], seconds)), series.around(spoken_s), 0.75)
    return np.where(spoken_s >= _SPEECH_LEAST_S, rate, np.float32(np.nan))


def _stretches(speech: Flags, frames: Frames, names: Sequence[str]) -> list[pauses.Stretch]:
    """Detected speech cut where the speaker changes; the speaker is "" where nobody holds the floor."""
    found: list[pauses.Stretch] = []
    for start, end in runs(speech).tolist():
        holder = frames.speaker[start:end]
        cuts = [0, *(np.flatnonzero(np.diff(holder)) + 1).tolist(), end - start]
        for first, last in pairwise(cuts):
            name = "" if holder[first] == NOBODY else names[holder[first]]
            found.append((float(start + first) * FRAME_S, float(start + last) * FRAME_S, name))
    return found


def _filled(frames: Frames, speech: Flags, names: Sequence[str]) -> list[FilledPause]:
    sounds = filled.held_sounds(frames.pitch, frames.change, speech)
    middle = [(sound.start + sound.end) // 2 for sound in sounds]
    return [
        FilledPause(sound.start * FRAME_S, sound.end * FRAME_S, names[frames.speaker[at]], sound.confidence)
        for sound, at in zip(sounds, middle, strict=True)
        if frames.speaker[at] != NOBODY and speech[at]
    ]


def _quantiles(frames: Frames, names: Sequence[str]) -> Mapping[str, tuple[float, float, float, float, float]]:
    found = {}
    for index, name in enumerate(names):
        tone: NDArray[np.float32] = frames.pitch[(frames.speaker == index) & ~np.isnan(frames.pitch)]
        if len(tone) >= _QUANTILE_LEAST:
            low, lower, median, upper, high = map(float, np.percentile(tone, _QUANTILES))
            found[name] = (low, lower, median, upper, high)
    return found
