"""Who speaks in which second."""

from collections.abc import Iterable, Sequence

import numpy as np

from analysis_core.fusion.inputs import Inputs, Values

Span = tuple[float, float]

LEAST_TALK = 0.1
"""Seconds of which a speaker fills less than this say nothing about them."""


def speakers(inputs: Inputs) -> list[str]:
    """Everybody who has a turn, a cue or an observed segment, in the order of first speaking."""
    seen: dict[str, float] = {}
    for turn in inputs.turns:
        seen.setdefault(turn.speaker, turn.start_s)
    for cue in inputs.cues:
        if cue.speaker:
            seen.setdefault(cue.speaker, cue.start_s)
    return sorted(seen, key=lambda name: (seen[name], name)) if inputs.timed else list(seen)


def spoken(inputs: Inputs, speaker: str) -> list[Span]:
    """When the speaker is heard: their turns, cut to where speech was detected when there is sound."""
    own = merged((turn.start_s, turn.end_s) for turn in inputs.turns if turn.speaker == speaker)
    if inputs.speech is None:
        return own
    return overlap(own, merged(inputs.speech.speech))


def shares(spans: Iterable[Span], seconds: int) -> Values:
    """The share of each second that the spans cover, 0..1."""
    covered = np.zeros(seconds)
    for start, end in spans:
        place, share = laid(start, end, seconds)
        covered[place] += share
    return np.clip(covered, 0.0, 1.0)


def laid(start: float, end: float, seconds: int) -> tuple[slice, Values]:
    """Which seconds one span touches, and the share of each that it covers."""
    start, end = max(0.0, start), min(float(seconds), end)
    if end <= start:
        return slice(0), np.zeros(0)
    first, last = int(start), min(int(np.ceil(end)), seconds)
    edges = np.arange(first, last)
    return slice(first, last), np.minimum(edges + 1, end) - np.maximum(edges, start)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The union of spans, in order."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif end > start:
            joined.append((start, end))
    return joined


def overlap(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Where two ordered unions both are."""
    both, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        start, end = max(one[i][0], other[j][0]), min(one[i][1], other[j][1])
        if end > start:
            both.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return both


def length(spans: Iterable[Span]) -> float:
    """Seconds covered."""
    return float(sum(end - start for start, end in spans))
