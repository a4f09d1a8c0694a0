"""Who holds the floor when, from a transcript's cues."""

from collections.abc import Sequence
from dataclasses import replace

from analysis_core.observations import Cue, Transcript, Turn

ONLY_SPEAKER = "Speaker 1"
"""The name used where nobody is named at all: the voice is taken for one person's."""

UNKNOWN_SPEAKER = "Unknown"
"""The name used for cues without a speaker among named ones. Never scored: nobody knows whose they are."""

SAME_TURN_GAP_S = 1.5
"""A shorter silence between two stretches of one speaker's speech does not end their turn."""


def named(transcript: Transcript) -> tuple[Cue, ...]:
    """The cues, each with a speaker."""
    anyone = any(cue.speaker for cue in transcript.cues)
    missing = UNKNOWN_SPEAKER if anyone else ONLY_SPEAKER
    return tuple(cue if cue.speaker else replace(cue, speaker=missing) for cue in transcript.cues)


def turns(cues: Sequence[Cue], end_s: float | None = None) -> tuple[Turn, ...]:
    """Neighbouring cues of one speaker joined; turns of different speakers may overlap.

    `end_s` is where the recording ends: what a transcript says after that was not recorded and is left out.
    """
    joined: list[Turn] = []
    for cue in cues:
        if end_s is not None and cue.start_s >= end_s:
            continue
        end = cue.end_s if end_s is None else min(cue.end_s, end_s)
        last = joined[-1] if joined else None
        if last and last.speaker == cue.speaker and cue.start_s - last.end_s <= SAME_TURN_GAP_S:
            joined[-1] = replace(last, end_s=max(last.end_s, end), text=f"{last.text} {cue.text}".strip())
        else:
            joined.append(Turn(cue.start_s, end, cue.speaker or UNKNOWN_SPEAKER, cue.text))
    return tuple(joined)
