"""A short clip's speech as one segment: from its first sound to its last, with a little of what surrounds it."""

import numpy as np

from analysis_core.speech.detection import STEP, Flags, runs
from analysis_core.speech.floor import NOBODY, Labels
from analysis_core.speech.windows import RATE

LONGEST_CLIP = round(10.5 * RATE)
"""Samples. In a longer recording a few short words are no sample of how somebody talks."""
SHORTEST = RATE // 2
"""Samples that tell anything."""
_MARGIN = RATE // 20
"""A sentence's ends are quieter than what the detector takes for speech."""


def span(speech: Flags) -> tuple[int, int] | None:
    """The samples from the first speech to the last; `speech` is by detector frame. None without any."""
    found = runs(speech)
    return (max(0, int(found[0, 0]) * STEP - _MARGIN), int(found[-1, 1]) * STEP + _MARGIN) if len(found) else None


def only_voice(speech: Flags, holder: Labels) -> int | None:
    """Whose speech it is, where it is one speaker's, long enough, and not mostly silence from first to last."""
    speakers, found = np.unique(holder[speech]).tolist(), runs(speech)
    if len(speakers) != 1 or speakers[0] == NOBODY:
        return None
    frames = int(speech.sum())
    long_enough = frames * STEP >= SHORTEST and 2 * frames >= found[-1, 1] - found[0, 0]
    return int(speakers[0]) if long_enough else None
