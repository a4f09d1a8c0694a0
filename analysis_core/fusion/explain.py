"""Why the score is what it is: what each signal and each moment added or took."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from analysis_core.fusion.credibility import SUSTAINED
from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.joined import observed_share
from analysis_core.fusion.person import Person
from analysis_core.fusion.table import SIGNALS
from analysis_core.observations import Turn
from analysis_core.result import Contributions, MomentContribution, SignalContribution

_LONGEST_MOMENT_S = 20
_TEXT_LENGTH = 160
_DECIMALS = 8


def contributions(inputs: Inputs, people: Sequence[Person], score: float) -> Contributions:
    """Both views, each adding up to `score` - 50; what rounding the score took goes to the largest part."""
    whole = sum(float(p.credibility.talk.sum()) for p in people)
    signals = [_signal(name, people, whole) for name in (*SIGNALS, SUSTAINED)]
    moments = [moment for person in people for moment in _moments(inputs, person, whole)]
    points = _settled([row.points for row in signals], score - 50.0)
    signals = [SignalContribution(r.signal, p, r.observed_share) for r, p in zip(signals, points, strict=True)]
    settled = _settled([row.points for row in moments], score - 50.0)
    rows = [
        MomentContribution(m.start_s, m.end_s, m.speaker, p, m.strongest_signal, m.text)
        for m, p in zip(moments, settled, strict=True)
    ]
    return Contributions(tuple(signals), tuple(sorted(rows, key=lambda row: (row.start_s, row.end_s, -row.points))))


def _signal(name: str, people: Sequence[Person], whole: float) -> SignalContribution:
    points = sum(float((p.credibility.effects[name] * p.credibility.talk).sum()) for p in people) / whole * 100.0
    share = 1.0 if name == SUSTAINED else observed_share(people, lambda p: p.signals.z[name])
    return SignalContribution(name, points, share)


def _moments(inputs: Inputs, person: Person, whole: float) -> list[MomentContribution]:
    """Every second of the speaker's speech falls into one moment: a turn, or a part of a long one."""
    talk = person.credibility.talk
    own = np.flatnonzero(talk > 0)
    turns = [turn for turn in inputs.turns if turn.speaker == person.name]
    starts = np.array([turn.start_s for turn in turns])
    turn_of = np.clip(np.searchsorted(starts, own + 0.999, side="right") - 1, 0, max(len(turns) - 1, 0))
    rows = []
    for seconds in _pieces(own, turn_of):
        turn = turns[turn_of[np.searchsorted(own, seconds[0])]] if turns else None
        rows.append(_moment(inputs, person, seconds, turn, whole))
    return rows


def _pieces(own: np.ndarray, turn_of: np.ndarray) -> list[np.ndarray]:
    pieces: list[np.ndarray] = []
    edges = [0, *(np.flatnonzero(np.diff(turn_of)) + 1), len(own)] if len(own) else [0]
    for start, end in pairwise(edges):
        parts = max(1, round((end - start) / _LONGEST_MOMENT_S))
        pieces.extend(part for part in np.array_split(own[start:end], parts) if len(part))
    return pieces


def _moment(inputs: Inputs, person: Person, seconds: np.ndarray, turn: Turn | None, whole: float) -> MomentContribution:
    talk, effects = person.credibility.talk[seconds], person.credibility.effects
    by_signal = {name: float((effects[name][seconds] * talk).sum()) for name in effects}
    start, end = float(seconds[0]), min(float(seconds[-1] + 1), inputs.duration_s)
    if turn is not None:
        start, end = max(start, turn.start_s), max(start, min(end, turn.end_s))
    return MomentContribution(
        start_s=start,
        end_s=end,
        speaker=person.name,
        points=sum(by_signal.values()) / whole * 100.0,
        strongest_signal=max(by_signal, key=lambda name: abs(by_signal[name])),
        text=_said(inputs, person.name, start, end),
    )


def _said(inputs: Inputs, speaker: str, start: float, end: float) -> str:
    if inputs.text is None:
        return ""
    said = [
        row.text
        for row in inputs.text.sentences
        if row.speaker == speaker and row.start_s is not None and start - 0.5 <= row.start_s < end
    ]
    text = " ".join(said)
    return text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 1].rsplit(" ", 1)[0] + "\u2026"


def _settled(points: list[float], total: float) -> list[float]:
    """Rounded, and so that they add up to the total: the largest takes what rounding left over."""
    rounded = [round(value, _DECIMALS) for value in points]
    if rounded:
        largest = max(range(len(rounded)), key=lambda index: abs(rounded[index]))
        rounded[largest] = round(rounded[largest] + total - sum(rounded), _DECIMALS)
    return rounded
