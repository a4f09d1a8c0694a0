"""Where people hesitate, of what each stretch is made, and which answers they took their time over."""

from collections.abc import Iterator, Sequence

import numpy as np

from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.joined import series
from analysis_core.fusion.person import Person
from analysis_core.fusion.runs import above
from analysis_core.fusion.strain import unit
from analysis_core.fusion.table import table
from analysis_core.observations import Pause
from analysis_core.result import HesitationMap, HesitationSpan, SlowAnswer, numbers

_MARKED = 0.62
_LEAST_S = 3
_KINDS = ("filled_pause", "filler", "planning", "self_repair", "repetition")
_SLOW_S, _SLOW_TIMES = 1.0, 2.0
"""An answer is slow after a second of silence that is also twice as long as the speaker's usual one."""


def hesitation(inputs: Inputs, people: Sequence[Person]) -> HesitationMap:
    """Where people hesitate: 0.5 is what is typical. Answers are told beside it and count in no score."""
    together = series(people, lambda p: unit(-p.signals.z["fluency"]), inputs.seconds)
    spans = [span for p in people for span in _spans(inputs, p)]
    slow = [answer for p in people for answer in _slow_answers(inputs, p.name)]
    return HesitationMap(
        numbers(together),
        tuple(sorted(spans, key=lambda span: (span.start_s, -span.intensity))),
        tuple(sorted(slow, key=lambda answer: (answer.start_s, answer.speaker))),
    )


def _spans(inputs: Inputs, person: Person) -> Iterator[HesitationSpan]:
    for run in above(unit(-person.signals.z["fluency"]), _MARKED, _LEAST_S):
        causes = _causes(inputs, person.name, run.start, run.end)
        if causes:
            end = float(min(run.end, inputs.duration_s))
            yield HesitationSpan(float(run.start), end, person.name, run.extreme, causes)


def _causes(inputs: Inputs, speaker: str, start: float, end: float) -> dict[str, float]:
    """Counts by kind of marker, filled pauses heard, and seconds of long silence, without the zeros."""
    counts = dict.fromkeys((*_KINDS, "filled_pause_heard", "long_pause_s"), 0.0)
    if inputs.text:
        for marker in inputs.text.markers:
            mine = inputs.text.sentences[marker.sentence].speaker == speaker
            if mine and marker.kind in _KINDS and marker.at_s is not None and start <= marker.at_s < end:
                counts[marker.kind] += 1
    if inputs.speech:
        free = table().number("pause_free_s")
        for heard in inputs.speech.filled_pauses:
            counts["filled_pause_heard"] += heard.speaker == speaker and start <= heard.start_s < end
        for pause in _silences(inputs, speaker, "within"):
            if pause.end_s > start and pause.start_s < end:
                counts["long_pause_s"] += max(0.0, pause.end_s - pause.start_s - free)
    return {name: round(value, 2) for name, value in counts.items() if value > 0}


def _slow_answers(inputs: Inputs, speaker: str) -> list[SlowAnswer]:
    """The speaker's answers after a silence that is long for them; none where voices are not told apart."""
    waits = _silences(inputs, speaker, "response") if inputs.speakers_told_apart else []
    if not waits:
        return []
    usual_s = float(np.median([pause.end_s - pause.start_s for pause in waits]))
    least_s = max(_SLOW_S, _SLOW_TIMES * usual_s)
    return [
        SlowAnswer(pause.start_s, pause.end_s, speaker, pause.end_s - pause.start_s, usual_s)
        for pause in waits
        if pause.end_s - pause.start_s >= least_s
    ]


def _silences(inputs: Inputs, speaker: str, kind: str) -> list[Pause]:
    found = inputs.speech.pauses if inputs.speech else ()
    return [pause for pause in found if pause.speaker == speaker and pause.kind == kind]
