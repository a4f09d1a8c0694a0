"""What one voice showed up to now, for streams under way: the past is settled once and not looked at again.

A second is settled with twelve seconds of sound known on both sides of it, more than any figure of it depends on, so
that the settled seconds are those which the whole stream gives in the end. The work of asking does not grow with the
stream.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from analysis_core.observations import FilledPause, Series, SpeechObservations, SpeechSegment
from analysis_core.speech import emotion, pauses, summary
from analysis_core.speech.emotion import Voice
from analysis_core.speech.frames import Frames, join
from analysis_core.speech.windows import FRAME, RATE

_EVEN_S = 4
"""The shortest whole number of seconds that is a whole number of detector frames."""
_CONTEXT_S = 3 * _EVEN_S
_LONGEST_OPEN_S = 60
"""With its context; then what has context on both sides is settled."""
_COMPARED = 240
"""So many of the latest segments are each other's baseline, about half an hour of talk; at most twice as many."""
_SERIES = (
    "speech_share", "pitch_hz", "pitch_range_st", "voiced_share", "energy_db", "jitter", "shimmer", "hnr_db",
    "syllable_rate",
)  # fmt: skip


class Running:
    """Follows one speaker's stream; it is given every frame and every finished segment once."""

    def __init__(self, speaker: str) -> None:
        self._speaker = speaker
        self._open: Frames | None = None
        self._open_s = self._settled_s = 0
        self._series: Mapping[str, Series] = {name: np.zeros(0, np.float32) for name in _SERIES}
        self._speech: tuple[tuple[float, float], ...] = ()
        self._filled: tuple[FilledPause, ...] = ()
        self._voices: list[Voice] = []
        self._segments: tuple[SpeechSegment, ...] = ()

    def add(self, frames: Sequence[Frames], voices: Sequence[Voice]) -> None:
        """The frames since the last call, and the segments that ended since then."""
        if not frames:
            return
        before = self._open_s * RATE // FRAME
        new = [replace(one, pulse_frame=one.pulse_frame - before) for one in frames]
        self._open = join([*([self._open] if self._open else []), *new])
        self._voices += self._measured(voices, self._open)

    def observations(self, under_way: Sequence[Voice], length_s: float) -> SpeechObservations:
        """Everything up to now but quantiles of pitch, which need the whole."""
        if self._open is None:
            return summary.silence(int(np.ceil(length_s)))
        segments = self._judged(self._measured(under_way, self._open))
        own = self._since(summary.summarise(self._open, [self._speaker], (), length_s - self._open_s))
        found = self._joined(own, segments)
        if length_s - self._open_s >= _LONGEST_OPEN_S:
            self._settle(found, int(length_s - _CONTEXT_S) // _EVEN_S * _EVEN_S)
        return found

    def _measured(self, voices: Sequence[Voice], frames: Frames) -> list[Voice]:
        def moved(voice: Voice, by: int) -> Voice:
            return replace(voice, start_s=voice.start_s + by, end_s=voice.end_s + by)

        return [moved(summary.measured(moved(voice, -self._open_s), frames), self._open_s) for voice in voices]

    def _judged(self, under_way: Sequence[Voice]) -> tuple[SpeechSegment, ...]:
        judged = emotion.judge([*self._voices, *under_way], [self._speaker])
        whole = self._segments + judged
        if len(self._voices) > 2 * _COMPARED:
            self._segments += judged[:_COMPARED]
            self._voices = self._voices[_COMPARED:]
        return whole

    def _since(self, heard: SpeechObservations) -> SpeechObservations:
        """What was heard in the open part, in the stream's own time and without what is settled."""
        by, from_s = float(self._open_s), float(self._settled_s)
        series: dict[str, Any] = {name: getattr(heard, name)[self._settled_s - self._open_s :] for name in _SERIES}
        speech = tuple((max(start + by, from_s), end + by) for start, end in heard.speech if end + by > from_s)
        filled = (replace(one, start_s=one.start_s + by, end_s=one.end_s + by) for one in heard.filled_pauses)
        later = tuple(one for one in filled if one.start_s >= from_s)
        return replace(heard, speech=speech, filled_pauses=later, pitch_quantiles_hz={}, **series)

    def _joined(self, heard: SpeechObservations, segments: tuple[SpeechSegment, ...]) -> SpeechObservations:
        series: dict[str, Any] = {name: np.concatenate([self._series[name], getattr(heard, name)]) for name in _SERIES}
        speech = _touching_joined(self._speech + heard.speech)
        return replace(
            heard,
            seconds=len(series["speech_share"]),
            speech=speech,
            segments=segments,
            pauses=pauses.pauses([(start, end, self._speaker) for start, end in speech]),
            filled_pauses=self._filled + heard.filled_pauses,
            **series,
        )

    def _settle(self, found: SpeechObservations, at: int) -> None:
        self._series = {name: getattr(found, name)[:at] for name in _SERIES}
        self._speech = tuple((start, min(end, float(at))) for start, end in found.speech if start < at)
        self._filled = tuple(one for one in found.filled_pauses if one.start_s < at)
        self._settled_s = at
        if self._open is not None:
            self._open = _without(self._open, (at - _CONTEXT_S - self._open_s) * RATE // FRAME)
            self._open_s = at - _CONTEXT_S


def _without(frames: Frames, count: int) -> Frames:
    """All but the first `count`."""
    later = frames.pulse_frame >= count
    by_pulse = {name: getattr(frames, name)[later] for name in ("jitter", "shimmer", "hnr_db")}
    by_frame = {
        name: getattr(frames, name)[count:] for name in ("speech", "speaker", "pitch", "level_db", "vowel_db", "change")
    }
    return Frames(**by_frame, pulse_frame=frames.pulse_frame[later] - count, **by_pulse)


def _touching_joined(spans: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """Speech that went on where the past was settled is one stretch."""
    cuts = [index for index, (before, after) in enumerate(pairwise(spans), 1) if after[0] > before[1]]
    edges = [0, *cuts, len(spans)] if spans else []
    return tuple((spans[first][0], spans[last - 1][1]) for first, last in pairwise(edges))
