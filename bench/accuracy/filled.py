"""Filled pauses in the sound: how many are found where there are none, and how many of those that were written down.

Nobody marked the "um" and "uh" of these recordings. Sentences that actors read hold none, so that what is found there
is false. In conversations the recogniser is asked to write them down, by a prompt that is full of them (nothing else
in the core asks that); what it writes is a hint and no truth: it skips some, and invents a few. Over noise it may
repeat itself without end, in words that take no time at all: these do not count.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from analysis_core.models.training import corpora
from analysis_core.observations import SpeechObservations
from analysis_core.speech import observe
from analysis_core.speech.windows import RATE, Audio
from analysis_core.transcription.recogniser import whisper
from bench.figures import Figures

_READ = ("neutral", "boredom", "calm")
_BETWEEN = RATE // 4
_PROMPT = "Um, uh, so, uhm, I, I mean, hmm, er, let me, uh, think."
_WRITTEN = re.compile(r"u+[hm]+|er+m?|h+m+|mm+")
_NEAR_S = 0.3
_TAKES_S = 0.06


def measure(figures: Figures, quick: bool) -> None:
    """Found in a minute of speech that was read, and in a minute of talk; `--quick` leaves out the recogniser."""
    clips = [clip for corpus in ("emodb", "ravdess_a") for clip in corpora.clips(corpus)]
    for emotion in _READ:
        heard = [observe([audio], ()) for audio in _by_actor(clip for clip in clips if clip.emotion == emotion)]
        figures.add(f"speech.filled_pauses_per_min_read_{emotion}", _per_minute(heard))
    conversations = {"ami": list(corpora.ami()), "calls": list(corpora.calls())}
    model, found = None if quick else whisper(), list[bool]()
    for name, meetings in conversations.items():
        heard = [observe([meeting.audio], ()) for meeting in meetings]
        figures.add(f"speech.filled_pauses_per_min_{name}", _per_minute(heard))
        if model:
            for meeting, one in zip(meetings, heard, strict=True):
                found += [_is_found(at, one) for at in _written(model, meeting.audio)]
    if found:
        figures.add("speech.filled_pauses_written", len(found))
        figures.add("speech.filled_pauses_written_found", float(np.mean(found)))


def _by_actor(clips: Iterable[corpora.Clip]) -> Iterable[Audio]:
    """Each actor's sentences, one after the other."""
    found: dict[str, list[Audio]] = {}
    for clip in clips:
        found.setdefault(clip.speaker, []).append(np.pad(clip.audio, _BETWEEN))
    return map(np.concatenate, found.values())


def _per_minute(heard: Sequence[SpeechObservations]) -> float:
    spoken_s = sum(end - start for one in heard for start, end in one.speech)
    return 60 * sum(len(one.filled_pauses) for one in heard) / spoken_s


def _written(model: Any, audio: Audio) -> list[tuple[float, float]]:
    """When a recogniser that was asked to writes "um" or "uh"."""
    segments, _ = model.transcribe(
        audio, language="en", initial_prompt=_PROMPT, suppress_tokens=[], word_timestamps=True, beam_size=1,
        temperature=0.0, condition_on_previous_text=False,
    )  # fmt: skip
    words = [word for segment in segments for word in segment.words or ()]
    said = [word for word in words if word.end - word.start >= _TAKES_S]
    return [(word.start, word.end) for word in said if _WRITTEN.fullmatch(re.sub(r"\W", "", word.word.lower()))]


def _is_found(at: tuple[float, float], heard: SpeechObservations) -> bool:
    start, end = at[0] - _NEAR_S, at[1] + _NEAR_S
    return any(one.start_s < end and one.end_s > start for one in heard.filled_pauses)
