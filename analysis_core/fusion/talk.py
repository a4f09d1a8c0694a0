"""The talk's figures: who speaks how long, who cuts in, who asks."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.timeline import length, spoken
from analysis_core.observations import Turn

_CUTS_IN_S = 0.3
"""How much of the other's turn has to be left for an overlap to count as cutting in."""

_HELLO_S = 1.0
"""Shorter turns inside another's are listening, not interrupting."""

_ANSWER_WITHIN_S = 10.0


@dataclass(frozen=True)
class Talk:
    """One speaker's figures; counts of words are None without a transcript."""

    talk_time_s: float
    turns: int
    interruptions: int
    longest_monologue_s: float
    questions: int | None
    words: int | None
    response_latency_s: float | None
    spans: tuple[tuple[float, float], ...] = ()

    @property
    def words_per_minute(self) -> float | None:
        """Words per minute of speech, None below five seconds of it."""
        return 60.0 * self.words / self.talk_time_s if self.words and self.talk_time_s >= 5 else None


def talk(inputs: Inputs, speaker: str) -> Talk:
    """The figures of one speaker; nothing in them is about emotion."""
    own = [turn for turn in inputs.turns if turn.speaker == speaker]
    spans = spoken(inputs, speaker) if inputs.timed else []
    sentences = [row for row in inputs.text.sentences if row.speaker == speaker] if inputs.text else None
    return Talk(
        talk_time_s=length(spoken(inputs, speaker)),
        turns=len(own) if inputs.speakers_told_apart else 0,
        interruptions=sum(turn.speaker == speaker for turn, _ in interruptions(inputs.turns)),
        longest_monologue_s=_longest(inputs, own),
        questions=sum(row.question for row in sentences) if sentences is not None else None,
        words=sum(row.words for row in sentences) if sentences is not None else None,
        response_latency_s=_latency(own, inputs.turns),
        spans=tuple(spans),
    )


def interruptions(turns: Sequence[Turn]) -> Iterator[tuple[Turn, Turn]]:
    """Each turn that cuts into somebody else's, with the one that it cuts into. Turns come in order of their start."""
    under_way: list[Turn] = []
    for turn in turns:
        under_way = [other for other in under_way if other.end_s - turn.start_s > _CUTS_IN_S]
        cut = next((o for o in under_way if o.speaker != turn.speaker and o.start_s < turn.start_s), None)
        if cut and turn.end_s - turn.start_s >= _HELLO_S:
            yield turn, cut
        under_way.append(turn)


def _longest(inputs: Inputs, own: Sequence[Turn]) -> float:
    """The longest turn; without known speakers there are no turns, and the figure is 0."""
    return max((turn.end_s - turn.start_s for turn in own), default=0.0) if inputs.speakers_told_apart else 0.0


def _latency(own: Sequence[Turn], everyone: Sequence[Turn]) -> float | None:
    """The median silence between somebody else's end and the speaker's start."""
    ends = sorted((turn.end_s, turn.speaker) for turn in everyone)
    waits = []
    for turn in own:
        before = bisect_right(ends, turn.start_s, key=lambda end: end[0]) - 1
        if before >= 0 and ends[before][1] != turn.speaker and turn.start_s - ends[before][0] <= _ANSWER_WITHIN_S:
            waits.append(turn.start_s - ends[before][0])
    return float(np.median(waits)) if waits else None
