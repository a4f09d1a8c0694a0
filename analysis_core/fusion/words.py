"""Markers as loads per minute of speech.

They are compared with what is typical for people, not with the speaker's own first minute: hesitations inside the
baseline would otherwise make the rest of the call look better, and more hesitation must never raise a score. Counts
are shared out over the whole cue, so that other words in it cannot move them.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.table import WordLoad, table
from analysis_core.fusion.timeline import laid
from analysis_core.observations import Cue

_LEAST_CUE_S = 2.0

_OWN_PAUSE_S = 1.0
"""Beyond what is free: where voices are not told apart, a silence longer than this is ever more likely to lie between
two people's turns, and counts ever less."""


@dataclass(frozen=True)
class CueCount:
    """How often each kind of marker stands in one cue."""

    cue: Cue
    counts: Mapping[str, float]


def counted(inputs: Inputs, speaker: str) -> list[CueCount]:
    """The speaker's cues with their markers; a filled pause both heard and written counts once."""
    cues = [cue for cue in inputs.cues if cue.speaker == speaker and cue.text]
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for kind, at in _written(inputs, speaker):
        found[_cue_at(cues, at)][kind] += 1
    for index, heard in _heard(inputs, speaker, cues).items():
        found[index]["filled_pause"] = max(found[index]["filled_pause"], heard)
    return [CueCount(cue, found[index]) for index, cue in enumerate(cues)]


def load_z(counts: list[CueCount], load: WordLoad, seconds: int) -> Values:
    """The load of each second against the typical one, in spreads: positive means more than usual."""
    per_minute, covered = np.zeros(seconds), np.zeros(seconds)
    for row in counts:
        place, share = laid(row.cue.start_s, max(row.cue.end_s, row.cue.start_s + 0.05), seconds)
        length = max(row.cue.end_s - row.cue.start_s, _LEAST_CUE_S)
        amount = sum(load.loads.get(kind, 0.0) * count for kind, count in row.counts.items())
        per_minute[place] += share * amount * 60.0 / length
        covered[place] += share
    observed = covered > 0
    z = (per_minute / np.where(observed, np.maximum(covered, 1e-9), 1.0) - load.typical) / load.spread
    return np.where(observed, z, np.nan)


def pause_load(inputs: Inputs, speaker: str, talk: Values) -> Values:
    """Long silences within the speaker's turns as load per minute, laid on the seconds they speak around them."""
    weight, free = table().number("fluency", "loads", "pause_s"), table().number("pause_free_s")
    load = np.zeros(len(talk))
    if inputs.speech is None:
        return load
    for pause in inputs.speech.pauses:
        long = pause.end_s - pause.start_s - free
        if not inputs.speakers_told_apart:
            long = min(long, 2 * _OWN_PAUSE_S - long)
        if pause.speaker == speaker and pause.kind == "within" and long > 0:
            load += _around((pause.start_s + pause.end_s) / 2, min(long, 4.0) * weight, talk)
    return load * 60.0


def heard_load(inputs: Inputs, speaker: str, talk: Values) -> Values:
    """Filled pauses found in the audio as load per minute, for recordings without a transcript."""
    load = np.zeros(len(talk))
    if inputs.speech is None:
        return load
    weight = table().number("fluency", "loads", "filled_pause")
    for pause in inputs.speech.filled_pauses:
        if pause.speaker == speaker:
            load += _around(pause.start_s, weight * pause.confidence, talk)
    return load * 60.0


def _around(at: float, amount: float, talk: Values) -> Values:
    """The amount spread over the speaker's nearest ten seconds of speech."""
    seconds = np.arange(len(talk)) + 0.5
    weight = talk * np.clip(1.0 - np.abs(seconds - at) / 6.0, 0.0, None)
    whole = weight.sum()
    return np.divide(weight * amount, max(whole, 1e-9)) if whole > 0 else np.zeros(len(talk))


def _written(inputs: Inputs, speaker: str) -> list[tuple[str, float]]:
    if inputs.text is None:
        return []
    rows = inputs.text.sentences
    own = [(m.kind, m.at_s) for m in inputs.text.markers if m.at_s is not None and rows[m.sentence].speaker == speaker]
    asked = [("question", s.start_s) for s in rows if s.question and s.speaker == speaker and s.start_s is not None]
    return own + asked


def _heard(inputs: Inputs, speaker: str, cues: list[Cue]) -> dict[int, int]:
    heard: Counter[int] = Counter()
    if inputs.speech is not None and cues:
        for pause in inputs.speech.filled_pauses:
            if pause.speaker == speaker and pause.confidence >= 0.5:
                heard[_cue_at(cues, pause.start_s)] += 1
    return heard


def _cue_at(cues: list[Cue], at: float) -> int:
    """The cue that is under way, the later of two that overlap, or else the nearest one."""
    last = max(0, bisect_right(cues, at, key=lambda cue: cue.start_s) - 1)
    near = range(max(0, last - 2), min(len(cues), last + 2))
    return min(near, key=lambda i: (max(cues[i].start_s - at, at - cues[i].end_s, 0.0), -cues[i].start_s))
