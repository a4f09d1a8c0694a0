"""What the words show: markers by kind, emotions, sentiment depth, resistance."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from analysis_core.fusion.features import action_unit, tracks
from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.joined import mean
from analysis_core.fusion.person import Person
from analysis_core.fusion.strain import unit
from analysis_core.fusion.table import table
from analysis_core.observations import Marker, Sentence, TextObservations
from analysis_core.result import HesitationMarkers, SentenceResult
from analysis_core.text.markers import group_of

_BANDS = ("very low", "low", "usual", "usual", "high", "very high")
_ENOUGH_WORDS = 100
_NEUTRAL = 0.5


def spoken_by(text: TextObservations, names: Collection[str]) -> list[Sentence]:
    """The sentences of these speakers."""
    return [row for row in text.sentences if row.speaker in names]


def markers_by(text: TextObservations, names: Collection[str]) -> list[Marker]:
    """The markers in these speakers' sentences."""
    return [marker for marker in text.markers if text.sentences[marker.sentence].speaker in names]


def hesitation_markers(inputs: Inputs, names: Collection[str]) -> HesitationMarkers | None:
    """Structural markers of hesitation and hedging with their places; None without readable words."""
    text = inputs.text
    if text is None or not text.markers_read:
        return None
    words = sum(row.words for row in spoken_by(text, names))
    mine = markers_by(text, names)
    counts = Counter(marker.kind for marker in mine)
    return HesitationMarkers(
        words=words,
        filled_pauses=_filled_pauses(inputs),
        kinds={kind: _rate(kind, counts[kind], words) for kind in sorted(counts)},
        items=tuple(_item(text, marker) for marker in mine),
    )


def sentences(inputs: Inputs, names: Collection[str]) -> tuple[SentenceResult, ...]:
    """The observed speakers' sentences with the kinds of marker in each."""
    text = inputs.text
    if text is None:
        return ()
    kinds: dict[int, list[str]] = {}
    for marker in text.markers:
        kinds.setdefault(marker.sentence, []).append(marker.kind)
    return tuple(
        SentenceResult(
            text=row.text,
            speaker=row.speaker,
            start_s=row.start_s,
            end_s=row.end_s,
            valence=row.valence,
            arousal=row.arousal,
            dominance=row.dominance,
            emotions=row.emotions,
            markers=tuple(kinds.get(index, ())),
        )
        for index, row in enumerate(text.sentences)
        if row.speaker in names
    )


def emotions(inputs: Inputs, names: Collection[str]) -> dict[str, Mapping[str, float] | None]:
    """Mean emotion figures of voice (they sum to 1) and of words (independent probabilities), or None."""
    voice = [
        (s.emotions, s.end_s - s.start_s)
        for s in (inputs.speech.segments if inputs.speech else ())
        if s.speaker in names
    ]
    words = [(row.emotions, float(row.words)) for row in spoken_by(inputs.text, names)] if inputs.text else []
    return {"voice": _mean(voice), "words": _mean([row for row in words if row[0]])}


def sentiment_depth(inputs: Inputs, names: Collection[str]) -> float | None:
    """How far the words are from neutral, 0..1, whichever way: twice the mean distance of valence from the middle."""
    rows = [(row.valence, row.words) for row in spoken_by(inputs.text, names)] if inputs.text else []
    known = [(abs(valence - _NEUTRAL) * 2, words) for valence, words in rows if valence is not None and words]
    if not known:
        return None
    return float(np.clip(np.average([depth for depth, _ in known], weights=[words for _, words in known]), 0, 1))


def resistance(inputs: Inputs, people: Sequence[Person]) -> float | None:
    """Objections, deferrals and the face's signs of displeasure against what is typical, 0..1; None without both."""
    load, rule = table().words("resistance"), table().raw["resistance"]
    names, talk_s = {p.name for p in people}, sum(p.talk_s for p in people)
    parts: list[tuple[float, float]] = []
    if inputs.text is not None and inputs.text.markers_read and talk_s >= 5:
        amount = sum(load.loads.get(marker.kind, 0.0) for marker in markers_by(inputs.text, names))
        parts.append(((60 * amount / talk_s - load.typical) / load.spread, 1 - rule["face_weight"]))
    shown = _face_resistance(inputs, people, rule["aus"])
    if np.isfinite(shown):
        parts.append((shown, rule["face_weight"]))
    if not parts:
        return None
    return float(unit(np.average([z for z, _ in parts], weights=[w for _, w in parts])))


def _face_resistance(inputs: Inputs, people: Sequence[Person], codes: Sequence[int]) -> float:
    if inputs.face is None:
        return float("nan")
    usual, spread = table().number("resistance", "usual_intensity"), table().number("face_spread", "tension")
    found = [
        mean(
            action_unit(tracks(inputs, p.name), inputs.face.codes, code, inputs.seconds), np.where(p.talk > 0, 1.0, 0.0)
        )
        for p in people
        for code in codes
    ]
    known = [value for value in found if np.isfinite(value)]
    return float(np.clip((np.mean(known) - usual) / spread, -3, 3)) if known else float("nan")


def _filled_pauses(inputs: Inputs) -> str:
    """Where filled pauses could be taken from: speech recognisers often drop them from the words."""
    if inputs.text is not None and inputs.text.filled_pauses_written:
        return "words and sound" if inputs.speech else "words"
    return "sound" if inputs.speech else "not available"


def _rate(kind: str, count: int, words: int) -> dict[str, Any]:
    norms = table().raw["norms_per_100_words"].get(kind)
    rate = 100.0 * count / words if words else 0.0
    band = _BANDS[int(np.searchsorted(norms, rate, side="left"))] if norms and words >= _ENOUGH_WORDS else None
    return {"group": group_of(kind), "count": count, "per_100_words": rate, "band": band}


def _item(text: TextObservations, marker: Marker) -> dict[str, Any]:
    return {
        "kind": marker.kind,
        "text": marker.text,
        "at_s": marker.at_s,
        "speaker": text.sentences[marker.sentence].speaker,
        "sentence": text.sentences[marker.sentence].text,
        "start": marker.start,
        "end": marker.end,
        "source": marker.source,
    }


def _mean(rows: Sequence[tuple[Mapping[str, float], float]]) -> dict[str, float] | None:
    whole = sum(weight for _, weight in rows)
    if not whole:
        return None
    names = sorted({name for values, _ in rows for name in values})
    return {name: sum(values.get(name, 0.0) * weight for values, weight in rows) / whole for name in names}
