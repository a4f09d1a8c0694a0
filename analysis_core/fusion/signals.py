"""The five signals of one speaker, second by second."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis_core.fusion import features, words
from analysis_core.fusion.affect import Affect
from analysis_core.fusion.baseline import smoothed, z_scores
from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.table import SIGNALS, table

_MIXED_VOICES = 0.5
"""Where voices are not told apart the baseline may be two people's, and what strays from it counts half."""

_OF_WORDS = ("directness", "congruence")
"""Signals that there are none of without words."""


@dataclass(frozen=True)
class Signals:
    """`z` has the five signals, NaN where not observed; `voice` and `face` the z-scores of the measures below them."""

    z: Mapping[str, Values]
    voice: Mapping[str, Values]
    face: Mapping[str, Values]


def signals(inputs: Inputs, speaker: str, talk: Values, base: Values, felt: Affect) -> Signals:
    """Everything about the speaker relative to their own baseline, smoothed over a few seconds of their speech."""
    spreads = table().raw
    clear = 1.0 if inputs.speakers_told_apart else _MIXED_VOICES
    voice = {
        name: clear * z_scores(values, talk, base, spreads["voice_spread"][name])
        for name, values in features.voice(inputs, speaker, talk).items()
    }
    face = {
        name: z_scores(values, talk, base, spreads["face_spread"][name])
        for name, values in features.face(inputs, speaker, talk).items()
        if name in spreads["face_spread"]
    }
    counts = words.counted(inputs, speaker) if inputs.timed else []
    trust = table().number("recognised_words") if inputs.words_recognised else 1.0
    raw = {
        "composure": -features.weighted(voice | face, spreads["composure"], len(talk)),
        "fluency": _fluency(inputs, speaker, talk, counts, trust),
        "directness": -_load(inputs, counts, "directness", talk),
        "congruence": _congruence(felt, base),
        "engagement": _engagement(trust * _load(inputs, counts, "engagement_words", talk), voice | face, talk),
    }
    counting = dict.fromkeys(_OF_WORDS, trust)
    return Signals({name: counting.get(name, 1.0) * _finished(raw[name], talk) for name in SIGNALS}, voice, face)


def _finished(values: Values, talk: Values) -> Values:
    clip = table().raw["clip"]
    return np.clip(smoothed(values, talk, int(table().number("smoothing_s"))), clip["low"], clip["high"])


def _load(inputs: Inputs, counts: list[words.CueCount], name: str, talk: Values) -> Values:
    if inputs.text is None or not inputs.text.markers_read:
        return np.full(len(talk), np.nan)
    return words.load_z(counts, table().words(name), len(talk))


def _fluency(inputs: Inputs, speaker: str, talk: Values, counts: list[words.CueCount], trust: float) -> Values:
    """Hesitation in the words, or in the voice where there are none, and long silences inside turns.

    Recognisers leave out "um" and "uh": that their words hold none counts by `trust`, and those they hold count whole.
    """
    load = table().words("fluency")
    written = _load(inputs, counts, "fluency", talk)
    written = np.where(written < 0, trust * written, written)
    pauses = words.pause_load(inputs, speaker, talk) / load.spread
    if inputs.speech is None:
        return -written
    heard = (words.heard_load(inputs, speaker, talk) - load.typical) / load.spread
    return np.where(talk > 0, -(np.where(np.isfinite(written), written, heard) + pauses), np.nan)


def _congruence(felt: Affect, base: Values) -> Values:
    """How well what is said agrees with face and voice: the gap between their changes in valence from baseline."""
    valence = felt.parts["valence"]
    shown = features.weighted(valence, {"face": 0.7, "voice": 0.3}, len(base))
    gap = np.abs(_change(valence["text"], base) - _change(shown, base))
    return (table().number("congruence_typical") - gap) / table().number("congruence_spread")


def _change(values: Values, base: Values) -> Values:
    inside = np.isfinite(values) & (base > 0)
    return values - np.median(values[inside]) if inside.any() else np.full(len(values), np.nan)


def _engagement(said: Values, parts: Mapping[str, Values], talk: Values) -> Values:
    return features.weighted({**parts, "words": said}, table().raw["engagement"], len(talk))
