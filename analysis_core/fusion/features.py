"""Per-second measures of one speaker: voice and face, with NaN where they were not observed."""

from collections.abc import Iterable, Mapping

import numpy as np

from analysis_core.fusion.inputs import Inputs, Values
from analysis_core.fusion.table import table
from analysis_core.fusion.timeline import LEAST_TALK, laid
from analysis_core.observations import FaceTrack

_SEMITONES = 12.0


def voice(inputs: Inputs, speaker: str, talk: Values) -> dict[str, Values]:
    """Voice measures in the seconds in which the speaker talks. Pitch in semitones, energy in dB."""
    if inputs.speech is None:
        return {}
    speech, mine = inputs.speech, talk >= LEAST_TALK
    with np.errstate(divide="ignore", invalid="ignore"):
        pitch = _SEMITONES * np.log2(fit(speech.pitch_hz, len(talk)) / 100.0)
    measures = {
        "pitch_st": np.where(np.isfinite(pitch), pitch, np.nan),
        "pitch_range_st": fit(speech.pitch_range_st, len(talk)),
        "energy_db": fit(speech.energy_db, len(talk)),
        "jitter": fit(speech.jitter, len(talk)),
        "shimmer": fit(speech.shimmer, len(talk)),
        "hnr_db": fit(speech.hnr_db, len(talk)),
        "syllable_rate": fit(speech.syllable_rate, len(talk)),
        "arousal": segments(inputs, speaker, "arousal", len(talk)),
    }
    return {name: np.where(mine, values, np.nan) for name, values in measures.items()}


def segments(inputs: Inputs, speaker: str, name: str, seconds: int) -> Values:
    """A figure of the speaker's voice segments, laid on the seconds they cover and weighted by confidence."""
    total, weight = np.zeros(seconds), np.zeros(seconds)
    for segment in inputs.speech.segments if inputs.speech else ():
        if segment.speaker == speaker:
            place, covered = laid(segment.start_s, segment.end_s, seconds)
            share = covered * max(segment.confidence, 1e-3)
            total[place] += share * float(getattr(segment, name))
            weight[place] += share
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def tracks(inputs: Inputs, speaker: str) -> list[FaceTrack]:
    """The faces that are this speaker's."""
    return [track for track in inputs.face.tracks if track.speaker == speaker] if inputs.face else []


def face(inputs: Inputs, speaker: str, talk: Values) -> dict[str, Values]:
    """Face measures in the seconds in which the speaker talks, 0..1."""
    if inputs.face is None:
        return {}
    own = tracks(inputs, speaker)
    codes = inputs.face.codes
    measures = {
        "tension": _mean_of(own, codes, table().raw["tension_aus"], len(talk)),
        "expressivity": _mean_of(own, codes, table().raw["expressive_aus"], len(talk)),
        "face_valence": per_second(((t.times_s, t.valence, t.confidence) for t in own), len(talk)),
        "face_arousal": per_second(((t.times_s, t.arousal, t.confidence) for t in own), len(talk)),
    }
    return {name: np.where(talk >= LEAST_TALK, values, np.nan) for name, values in measures.items()}


def action_unit(own: Iterable[FaceTrack], codes: tuple[int, ...], code: int, seconds: int) -> Values:
    """One Action Unit per second over the given faces."""
    if code not in codes:
        return np.full(seconds, np.nan)
    column = codes.index(code)
    return per_second(((t.times_s, t.aus[:, column], t.confidence) for t in own), seconds)


def per_second(series: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]], seconds: int) -> Values:
    """Sampled moments averaged into seconds, weighted by confidence."""
    total, weight = np.zeros(seconds), np.zeros(seconds)
    for times, values, confidence in series:
        index = np.clip(times.astype(int), 0, max(seconds - 1, 0))
        known = np.isfinite(values)
        trust = np.maximum(np.nan_to_num(confidence.astype(float)), 1e-3)
        np.add.at(total, index[known], (values.astype(float) * trust)[known])
        np.add.at(weight, index[known], trust[known])
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def fit(series: np.ndarray, seconds: int) -> Values:
    """The series cut or padded with NaN to the recording's length."""
    fitted = np.full(seconds, np.nan)
    fitted[: min(seconds, len(series))] = series[:seconds]
    return fitted


def weighted(parts: Mapping[str, Values], weights: Mapping[str, float], seconds: int) -> Values:
    """The average of those parts that were observed, signed by their weights; NaN where none was."""
    total, weight = np.zeros(seconds), np.zeros(seconds)
    for name, factor in weights.items():
        values = parts.get(name)
        if values is not None:
            known = np.isfinite(values)
            total += np.where(known, factor * np.where(known, values, 0.0), 0.0)
            weight += np.where(known, abs(factor), 0.0)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def _mean_of(own: list[FaceTrack], codes: tuple[int, ...], chosen: list[int], seconds: int) -> Values:
    rows = [action_unit(own, codes, code, seconds) for code in chosen if code in codes]
    if not rows:
        return np.full(seconds, np.nan)
    stacked = np.stack(rows)
    known = np.isfinite(stacked).any(0)
    return np.where(known, np.nansum(stacked, 0) / np.maximum(np.isfinite(stacked).sum(0), 1), np.nan)
