"""A session under way: sound, pictures and sentences in as they come, the state of the newest second out.

The same code as for recordings: the voice's analyser and the face's observer are fed piece by piece, and every update
runs the formulas of `analysis_core.fusion` on what was observed so far. `LiveSession.result` is the result that a
recording of the session would give, but for where windows begin.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis_core.errors import MediaTooLong
from analysis_core.fusion.alerts import alerts
from analysis_core.fusion.fuse import fuse
from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.person import Person, person
from analysis_core.fusion.present import SpeakerNow, now
from analysis_core.fusion.timeline import speakers
from analysis_core.io.audio import SAMPLE_RATE
from analysis_core.io.channels_joined import join_channels, turns_of_speech
from analysis_core.io.turns import ONLY_SPEAKER
from analysis_core.live_parts import Ears, Eyes, Sayings
from analysis_core.observations import Block, Cue, Frame, SpeechObservations, Turn
from analysis_core.options import Options
from analysis_core.provenance import used_models
from analysis_core.result import Alert, Result

_SAME_ALERT_S = 15.0


@dataclass(frozen=True)
class Update:
    """The newest second that was observed, what is known of everybody observed in it, and alerts not told before."""

    second: int
    speakers: tuple[SpeakerNow, ...]
    alerts: tuple[Alert, ...]


class LiveSession:
    """One session. Not for use by two threads at a time; it raises `ModelMissing` where weights are absent.

    Memory grows with what was observed, about 6 MB an hour and speaker, never with sound or pictures themselves.
    """

    def __init__(self, options: Options | None = None) -> None:
        self._options = options or Options()
        self._ears: dict[str, Ears] = {}
        self._eyes: Eyes | None = None
        self._sayings = Sayings()
        self._told: dict[tuple[str, str | None], float] = {}

    def hear(self, block: Block, speaker: str = ONLY_SPEAKER, at_s: float | None = None) -> None:
        """Take sound, 16 kHz mono, of one speaker: their own stream, or the mix while they hold the floor.

        `at_s` is when the block begins; without it, where the speaker's last block ended. What lies between is silence.
        Raises `MediaTooLong` beyond `Options.max_duration_s`.
        """
        ears = self._ears.setdefault(speaker, Ears(speaker))
        self._refuse_beyond((ears.heard_s if at_s is None else at_s) + len(block) / SAMPLE_RATE)
        ears.hear(block, at_s)

    def see(self, frame: Frame) -> None:
        """Take a picture. Pictures come in order of time."""
        self._refuse_beyond(frame.time_s)
        if self._eyes is None:
            self._eyes = Eyes()
        self._eyes.see(frame)

    def say(self, cue: Cue) -> None:
        """Take a finished sentence or caption with its times; without a speaker it is the only one's."""
        self._refuse_beyond(cue.end_s)
        self._sayings.add(cue if cue.speaker else replace(cue, speaker=ONLY_SPEAKER))

    def update(self) -> Update:
        """The state of the newest second."""
        inputs = self._inputs(over=False)
        people = self._people(inputs)
        second = max(0, int(inputs.duration_s) - 1)
        found = tuple(now(inputs, each, second) for each in people) if inputs.seconds else ()
        return Update(second, found, self._new(alerts(inputs, people)))

    def result(self) -> Result:
        """The whole session as `analyse` gives it; the session is over then."""
        return fuse(self._inputs(over=True))

    def _people(self, inputs: Inputs) -> list[Person]:
        return [person(inputs, name) for name in speakers(inputs) if inputs.observed(name)]

    def _new(self, found: Sequence[Alert]) -> tuple[Alert, ...]:
        """A stretch grows and its start may move a little as the baseline settles: it is told once."""
        fresh = []
        for alert in found:
            key = (alert.type, alert.speaker)
            if key not in self._told or alert.offset_s > self._told[key] + _SAME_ALERT_S:
                fresh.append(alert)
            self._told[key] = max(alert.offset_s, self._told.get(key, alert.offset_s))
        return tuple(fresh)

    def _inputs(self, *, over: bool) -> Inputs:
        heard = {name: ears.finished() if over else ears.so_far() for name, ears in self._ears.items()}
        turns = self._turns(heard)
        speech = join_channels(list(heard.values())) if heard else None
        face = self._eyes.so_far(turns, alone=not heard) if self._eyes else None
        text = self._sayings.observed()
        return Inputs(
            duration_s=self._length(speech),
            speech=speech,
            face=face,
            text=text,
            cues=self._sayings.cues,
            turns=turns,
            timed=True,
            speakers_told_apart=set(self._ears) != {ONLY_SPEAKER},
            options=self._options,
            has_audio=bool(heard),
            has_video=face is not None,
            models=used_models(speech, face, text),
        )

    def _turns(self, heard: dict[str, SpeechObservations]) -> tuple[Turn, ...]:
        """Detected speech; where nothing is heard, who says something, or the one who is seen all the time."""
        found = [turn for name, one in heard.items() for turn in turns_of_speech(one, name)]
        if not heard:
            found = [Turn(cue.start_s, cue.end_s, cue.speaker or ONLY_SPEAKER, cue.text) for cue in self._sayings.cues]
        if not found and not heard and self._eyes:
            found = [Turn(0.0, self._eyes.seen_s, ONLY_SPEAKER)]
        return tuple(sorted(found, key=lambda turn: (turn.start_s, turn.end_s)))

    def _length(self, speech: SpeechObservations | None) -> float:
        heard_s = max((ears.analysed_s for ears in self._ears.values()), default=0.0)
        if speech is not None:
            return heard_s
        seen_s = self._eyes.seen_s if self._eyes else 0.0
        return max(seen_s, *(cue.end_s for cue in self._sayings.cues), 0.0) if self._sayings.cues else seen_s

    def _refuse_beyond(self, end_s: float) -> None:
        if end_s > self._options.max_duration_s:
            raise MediaTooLong(f"The session is longer than {self._options.max_duration_s / 3600:.1f} hours.")


__all__ = ["LiveSession", "SpeakerNow", "Update"]
