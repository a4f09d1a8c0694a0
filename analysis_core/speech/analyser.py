"""The voice's way through one recording: windows in, observations out. Memory does not grow with the sound itself."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis_core.arithmetic import on_one_thread
from analysis_core.observations import SpeechObservations, Turn
from analysis_core.speech import emotion, summary
from analysis_core.speech.cutter import Cutter, Piece
from analysis_core.speech.detection import STEP, STEP_S, Detector, tidy
from analysis_core.speech.embedding import embed
from analysis_core.speech.emotion import Voice
from analysis_core.speech.floor import NOBODY, Floor
from analysis_core.speech.frames import Frames, join, measure
from analysis_core.speech.running import Running
from analysis_core.speech.sentence import LONGEST_CLIP, only_voice, span
from analysis_core.speech.windows import RATE, Audio, Window


class SpeechAnalyser:
    """Observes one stream of one recording; feed it windows in order, then ask for the observations."""

    def __init__(self, turns: Sequence[Turn], speaker: str) -> None:
        on_one_thread()
        self._floor = Floor(turns, speaker)
        self._detector = Detector()
        self._cutter = Cutter()
        self._frames: list[Frames] = []
        self._voices: list[Voice] = []
        self._recent = np.zeros(0, np.float32)
        self._recent_from = 0
        self._samples = 0
        self._running = Running(self._floor.names[0])
        self._told_frames = self._told_voices = 0

    def push(self, window: Window) -> None:
        """Takes the next window. Raises `ModelMissing`."""
        speech = self._detector(window)
        first = window.start // STEP
        holder = self._floor.labels(first, first + len(speech))
        self._frames.append(measure(window, speech, holder))
        self._recent = np.concatenate([self._recent, window.core])
        self._samples = window.start + window.length
        spoken = np.where(tidy(speech), holder, np.int16(NOBODY))
        self._embed(self._cutter(spoken, first))
        self._forget()

    def observe(self, seconds: float) -> SpeechObservations:
        """What was heard; `seconds` is the length of the stream, whose last window may be filled up with silence."""
        self.close()
        if not self._frames:
            return summary.silence(int(np.ceil(seconds)))
        frames, names = join(self._frames), self._floor.names
        voices = [summary.measured(voice, frames) for voice in self._voices]
        return summary.summarise(frames, names, emotion.judge(voices, names), seconds)

    def so_far(self) -> SpeechObservations:
        """What was heard of one speaker up to the last window; the stream goes on. See `running`."""
        self._running.add(self._frames[self._told_frames :], self._voices[self._told_voices :])
        self._told_frames, self._told_voices = len(self._frames), len(self._voices)
        under_way = [self._voice(piece) for piece in self._cutter.under_way()]
        return self._running.observations(under_way, self._samples / RATE)

    def close(self) -> None:
        """Ends the stream: the last segment is complete. A clip too short for any is one by itself."""
        self._embed(self._cutter.finish())
        if self._may_be_clip:
            self._voices += self._sentence()

    def whole(self, embedding: NDArray[np.float32]) -> Voice:
        """Everything heard so far as one segment, for training."""
        voice = Voice(0.0, self._samples / RATE, 0, np.nan, np.nan, embedding)
        return summary.measured(voice, join(self._frames))

    @property
    def voices(self) -> Sequence[Voice]:
        """The segments so far with their embeddings, for training."""
        return self._voices

    @property
    def _may_be_clip(self) -> bool:
        return not self._voices and 0 < self._samples <= LONGEST_CLIP

    def _sentence(self) -> list[Voice]:
        frames = join(self._frames)
        speech = tidy(frames.speech[::2])
        speaker, place = only_voice(speech, frames.speaker[::2]), span(speech)
        if speaker is None or place is None:
            return []
        audio = self._audio(place[0], min(place[1], self._samples))
        return [Voice(place[0] / RATE, (place[0] + len(audio)) / RATE, speaker, np.nan, np.nan, embed(audio))]

    def _embed(self, pieces: Sequence[Piece]) -> None:
        self._voices += [self._voice(piece) for piece in pieces]

    def _voice(self, piece: Piece) -> Voice:
        start, end, speaker = piece
        embedding = embed(self._audio(start * STEP, end * STEP))
        return Voice(start * STEP_S, end * STEP_S, speaker, np.nan, np.nan, embedding)

    def _audio(self, start: int, end: int) -> Audio:
        return self._recent[start - self._recent_from : end - self._recent_from]

    def _forget(self) -> None:
        """Drops the sound that no later segment can need."""
        if self._may_be_clip:
            return
        needed = self._cutter.needs_from
        keep_from = self._samples if needed is None else needed * STEP
        self._recent = self._recent[keep_from - self._recent_from :].copy()
        self._recent_from = keep_from
