"""Puts the script on a clock: when each line, filled pause and silence happens, and the mixed sound."""

from dataclasses import dataclass, field

import numpy as np

from sandbox.recording.script import PEOPLE, TURNS, Turn
from sandbox.recording.voice import RATE_HZ, Audio, Fragment, Synthesizer, plain

_LINE_GAP_S = 0.22
_END_S = 1.2
_NOISE = 1.5e-3
_GAIN = 0.8


@dataclass(frozen=True)
class Span:
    """A stretch of the call in seconds; `kind` is `line`, `filled` or `silence`."""

    kind: str
    speaker: str
    start_s: float
    end_s: float
    text: str = ""


@dataclass(frozen=True)
class TurnTime:
    """When a turn of the script takes place."""

    turn: Turn
    start_s: float
    end_s: float


@dataclass
class Timeline:
    """The whole call: `sounds` holds one clean track per person, `mix` what the recording sounds like."""

    duration_s: float = 0.0
    turns: list[TurnTime] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    sounds: dict[str, Audio] = field(default_factory=dict)

    @property
    def lines(self) -> list[Span]:
        """The spans that become transcript cues."""
        return [span for span in self.spans if span.kind == "line"]

    @property
    def mix(self) -> Audio:
        """All voices over a faint room noise, which real calls have and digital silence has not."""
        total = np.stack(list(self.sounds.values())).sum(axis=0)
        noise = np.random.default_rng(7).normal(0, _NOISE, len(total)).astype(np.float32)
        mixed: Audio = np.clip((total + noise) * _GAIN, -1, 1).astype(np.float32)
        return mixed


class _Recorder:
    """Appends fragments at a moving clock."""

    def __init__(self) -> None:
        self.timeline = Timeline()
        self.now_s = 0.0
        self._placed: list[tuple[str, float, Audio]] = []

    def add_line(self, speaker: str, text: str, fragments: list[Fragment]) -> None:
        start = self.now_s
        spoken_until = start
        for fragment in fragments:
            spoken_until = self._add(speaker, fragment, spoken_until)
        self.timeline.spans.append(Span("line", speaker, start, spoken_until, plain(text)))

    def _add(self, speaker: str, fragment: Fragment, spoken_until: float) -> float:
        start = self.now_s
        self._placed.append((speaker, start, fragment.audio))
        self.now_s += len(fragment.audio) / RATE_HZ
        if fragment.kind != "words":
            text = fragment.text.strip(" ,.").lower()
            self.timeline.spans.append(Span(fragment.kind, speaker, start, self.now_s, text))
        return spoken_until if fragment.kind == "silence" else self.now_s

    def finish(self) -> Timeline:
        self.timeline.duration_s = self.now_s + _END_S
        samples = int(self.timeline.duration_s * RATE_HZ)
        sounds = {person.name: np.zeros(samples, np.float32) for person in PEOPLE}
        for speaker, start, audio in self._placed:
            first = int(start * RATE_HZ)
            sounds[speaker][first : first + len(audio)] += audio
        self.timeline.sounds = sounds
        return self.timeline


def perform(synthesizer: Synthesizer) -> Timeline:
    """Speak the whole script."""
    voices = {person.name: person.voice for person in PEOPLE}
    recorder = _Recorder()
    for turn in TURNS:
        recorder.now_s += turn.gap_s
        start = recorder.now_s
        for number, text in enumerate(turn.lines):
            recorder.now_s += _LINE_GAP_S if number else 0.0
            recorder.add_line(turn.speaker, text, synthesizer.line(text, voices[turn.speaker], turn.manner))
        recorder.timeline.turns.append(TurnTime(turn, start, recorder.now_s))
    return recorder.finish()
