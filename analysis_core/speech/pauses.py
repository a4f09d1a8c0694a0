"""Silences between stretches of detected speech: within a turn, and before an answer."""

from collections.abc import Sequence
from itertools import pairwise

from analysis_core.observations import Pause

SHORTEST_S = 0.3
_LONGEST_S = {"within": 3.0, "response": 10.0}
"""A longer silence is not hesitation: something else is going on."""

Stretch = tuple[float, float, str]
"""Start and end of detected speech in seconds, and who speaks."""


def pauses(speech: Sequence[Stretch]) -> tuple[Pause, ...]:
    """The pauses between consecutive stretches, which are in order of time."""
    found = (_between(before, after) for before, after in pairwise(speech))
    return tuple(pause for pause in found if pause)


def _between(before: Stretch, after: Stretch) -> Pause | None:
    kind = "within" if before[2] == after[2] else "response"
    length = after[0] - before[1]
    if not SHORTEST_S <= length <= _LONGEST_S[kind]:
        return None
    return Pause(before[1], after[0], after[2], kind)
