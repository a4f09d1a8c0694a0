"""What happened when, each with the evidence for it."""

from collections.abc import Iterator, Sequence

import numpy as np

from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.person import Person
from analysis_core.fusion.runs import above, below
from analysis_core.fusion.strain import unit
from analysis_core.fusion.talk import interruptions
from analysis_core.fusion.visible import ACTIVE, observed_tracks, step_s
from analysis_core.result import Event
from analysis_core.text.markers import group_of

_LONG_PAUSE_S = 1.5
_SLOW_ANSWER_S = 2.0
_WORD_EVENTS = {
    "hesitation": "words.hesitation",
    "hedge": "words.hedge",
    "evasion": "words.deferral",
    "commitment": "words.commitment",
    "objection": "words.objection",
    "certainty": "words.certainty",
}
_STRAIN, _APART, _LEAST_S = 0.7, -1.2, 3
_LEAST_EXPRESSION_S = 0.5


def events(inputs: Inputs, people: Sequence[Person]) -> tuple[Event, ...]:
    """Events of the observed people in order of time; those without a time come first."""
    names = {p.name for p in people}
    found = [
        *_words(inputs, names),
        *_pauses(inputs, names),
        *_interruptions(inputs, names),
        *_stretches(inputs, people),
        *_expressions(inputs),
    ]
    return tuple(sorted(found, key=lambda event: (event.start_s or 0.0, event.type, event.strength)))


def _words(inputs: Inputs, names: set[str]) -> Iterator[Event]:
    text = inputs.text
    for marker in text.markers if text else ():
        row = text.sentences[marker.sentence] if text else None
        kind = _WORD_EVENTS.get(group_of(marker.kind))
        if row is not None and kind and row.speaker in names:
            evidence = {"marker": marker.kind, "words": marker.text, "sentence": row.text, "source": marker.source}
            yield Event(kind, marker.at_s, marker.at_s, row.speaker, 1.0, evidence)


def _pauses(inputs: Inputs, names: set[str]) -> Iterator[Event]:
    if inputs.speech is None:
        return
    for pause in inputs.speech.pauses:
        length = pause.end_s - pause.start_s
        least, kind = (_LONG_PAUSE_S, "pause.long") if pause.kind == "within" else (_SLOW_ANSWER_S, "answer.slow")
        if pause.speaker in names and length >= least and inputs.speakers_told_apart:
            strength = min(1.0, length / (2 * least))
            yield Event(kind, pause.start_s, pause.end_s, pause.speaker, strength, {"silence_s": length})
    for filled in inputs.speech.filled_pauses:
        if filled.speaker in names:
            evidence = {"held_s": filled.end_s - filled.start_s}
            yield Event("pause.filled", filled.start_s, filled.end_s, filled.speaker, filled.confidence, evidence)


def _interruptions(inputs: Inputs, names: set[str]) -> Iterator[Event]:
    for turn, other in interruptions(inputs.turns):
        if turn.speaker in names:
            overlap = min(turn.end_s, other.end_s) - turn.start_s
            evidence = {"interrupted": other.speaker, "overlap_s": overlap}
            yield Event("talk.interruption", turn.start_s, turn.start_s + overlap, turn.speaker, 1.0, evidence)


def _stretches(inputs: Inputs, people: Sequence[Person]) -> Iterator[Event]:
    for p in people:
        for run in above(unit(-p.signals.z["composure"]), _STRAIN, _LEAST_S):
            inside = slice(run.start, run.end)
            evidence = {
                name: float(np.nanmean(values[inside]))
                for name, values in {**p.signals.voice, **p.signals.face}.items()
                if np.isfinite(values[inside]).any()
            }
            yield Event("strain.raised", run.start, min(run.end, inputs.duration_s), p.name, run.extreme, evidence)
        for run in below(p.signals.z["congruence"], _APART, _LEAST_S):
            evidence = {"congruence_z": run.extreme}
            strength = float(unit(np.asarray(-run.extreme)))
            yield Event("words_and_looks.apart", run.start, min(run.end, inputs.duration_s), p.name, strength, evidence)


def _expressions(inputs: Inputs) -> Iterator[Event]:
    """Action Units at 0.3 or more for at least half a second, and for two samples in a row."""
    if inputs.face is None:
        return
    units = {row.code: row.name for row in inputs.face.schema}
    for track in observed_tracks(inputs):
        least = max(2, round(_LEAST_EXPRESSION_S / step_s(track)))
        for column, code in enumerate(inputs.face.codes):
            values = track.aus[:, column]
            for run in above(values.astype(float), ACTIVE, least, bridge_s=1):
                start, end = float(track.times_s[run.start]), float(track.times_s[run.end - 1])
                evidence = {"code": code, "name": units.get(code, ""), "face": track.id, "peak": run.extreme}
                yield Event("face.action_unit", start, end, track.speaker, run.extreme, evidence)
