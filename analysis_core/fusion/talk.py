"""The talk's figures: who speaks how long, who cuts in, who asks."""

from collections.abc import Sequence
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
        interruptions=_interruptions(own, inputs.turns),
        longest_monologue_s=_longest(inputs, own),
        questions=sum(row.question for row in sentences) if sentences is not None else None,
        words=sum(row.words for row in sentences) if sentences is not None else None,
        response_latency_s=_latency(own, inputs.turns),
        spans=tuple(spans),
    )


def _interruptions(own: Sequence[Turn], everyone: Sequence[Turn]) -> int:
    return sum(interrupted(turn, everyone) is not None for turn in own)


def interrupted(turn: Turn, everyone: Sequence[Turn]) -> Turn | None:
    """The turn of somebody else into which this one cuts, if it does."""
    if turn.end_s - turn.start_s < _HELLO_S:
        return None
    for other in everyone:
        if other.start_s >= turn.start_s:
            return None
        if other.speaker != turn.speaker and other.end_s - turn.start_s > _CUTS_IN_S:
            return other
    return None


def _longest(inputs: Inputs, own: Sequence[Turn]) -> float:
    """The longest turn; without known speakers there are no turns, and the figure is 0."""
    return max((turn.end_s - turn.start_s for turn in own), default=0.0) if inputs.speakers_told_apart else 0.0


def _latency(own: Sequence[Turn], everyone: Sequence[Turn]) -> float | None:
    """The median silence between somebody else's end and the speaker's start."""
    ends = sorted((turn.end_s, turn.speaker) for turn in everyone)
    waits = []
    for turn in own:
        before = [(end, name) for end, name in ends if end <= turn.start_s]
        if before and before[-1][1] != turn.speaker and turn.start_s - before[-1][0] <= _ANSWER_WITHIN_S:
            waits.append(turn.start_s - before[-1][0])
    return float(np.median(waits)) if waits else None
