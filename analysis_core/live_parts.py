"""What a live session hears, sees and reads, each ready to be summed up at any time."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis_core.io.audio import SAMPLE_RATE
from analysis_core.io.turns import ONLY_SPEAKER
from analysis_core.observations import (
    Block,
    Cue,
    FaceObservations,
    Frame,
    Marker,
    Sentence,
    SpeechObservations,
    TextObservations,
    Transcript,
    Turn,
)

_STEP = 32 * 512
"""Samples analysed at a time, 1.02 s: an update is never older than that and the context after it, 0.3 s."""
_SILENCE = np.zeros(5 * SAMPLE_RATE, np.float32)


class Ears:
    """One speaker's sound."""

    def __init__(self, speaker: str) -> None:
        from analysis_core.speech.analyser import SpeechAnalyser  # models load on first use
        from analysis_core.speech.windows import Windower

        self._windower = Windower(_STEP)
        self._analyser = SpeechAnalyser((), speaker)
        self._heard = self._analysed = 0

    @property
    def heard_s(self) -> float:
        """Seconds of sound taken."""
        return self._heard / SAMPLE_RATE

    @property
    def analysed_s(self) -> float:
        """Seconds of it that were analysed."""
        return self._analysed / SAMPLE_RATE

    def hear(self, block: Block, at_s: float | None) -> None:
        """Take a block that begins at `at_s`; what overlaps with sound taken before is dropped."""
        start = self._heard if at_s is None else round(at_s * SAMPLE_RATE)
        while start > self._heard:
            self._take(_SILENCE[: start - self._heard])
        self._take(block[self._heard - start :])

    def so_far(self) -> SpeechObservations:
        """What was heard in the windows that are complete."""
        return self._analyser.so_far()

    def finished(self) -> SpeechObservations:
        """What was heard in all; nothing can be taken after that."""
        for window in self._windower.finish():
            self._analyser.push(window)
        self._analysed = self._heard
        return self._analyser.observe(self.heard_s)

    def _take(self, block: Block) -> None:
        self._heard += len(block)
        for window in self._windower.push(block):
            self._analyser.push(window)
            self._analysed = window.start + window.length


class Eyes:
    """The session's pictures."""

    def __init__(self) -> None:
        from analysis_core.face.observe import FaceObserver  # models load on first use
        from analysis_core.face.speakers import shown_most

        self._observer, self._shown_most = FaceObserver(), shown_most
        self.seen_s = 0.0

    def see(self, frame: Frame) -> None:
        """Take the next picture."""
        self._observer.see(frame)
        self.seen_s = frame.time_s

    def so_far(self, turns: Sequence[Turn], *, alone: bool) -> FaceObservations:
        """What was seen; where nothing is heard (`alone`), the face that is there most is the only speaker's."""
        if not alone:
            return self._observer.so_far(turns or None)
        seen = self._observer.so_far()
        if {turn.speaker for turn in turns} - {ONLY_SPEAKER}:
            return seen
        return self._shown_most(seen, ONLY_SPEAKER)


class Sayings:
    """The session's sentences, each read once."""

    def __init__(self) -> None:
        self._cues: list[Cue] = []
        self._sentences: list[Sentence] = []
        self._markers: list[Marker] = []
        self._written = self._read = False

    @property
    def cues(self) -> tuple[Cue, ...]:
        """The cues in order of their start."""
        return tuple(sorted(self._cues, key=lambda cue: cue.start_s))

    def add(self, cue: Cue) -> None:
        """Read one more."""
        from analysis_core.text.observe import observe  # models load on first use

        found = observe((cue,), Transcript((cue,), "live"))
        first = len(self._sentences)
        self._cues.append(cue)
        self._sentences += found.sentences
        self._markers += (replace(marker, sentence=marker.sentence + first) for marker in found.markers)
        self._written |= found.filled_pauses_written
        self._read |= found.markers_read

    def observed(self) -> TextObservations | None:
        """What was said up to now; None when nothing was."""
        if not self._cues:
            return None
        return TextObservations(tuple(self._sentences), tuple(self._markers), self._written, self._read)
