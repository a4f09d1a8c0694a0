"""Action Units of the observed people's faces, as sampled."""

from collections.abc import Sequence

import numpy as np

from analysis_core.fusion.inputs import Inputs
from analysis_core.observations import FaceTrack
from analysis_core.result import ActionUnit, FaceActivation, numbers

ACTIVE = 0.3
"""Intensity from which a unit counts as active."""

_ACTIVE_FOR_S = 1.0


def observed_tracks(inputs: Inputs) -> list[FaceTrack]:
    """Faces that may be reported. When only some speakers are observed, a face must be known to be one of theirs."""
    if inputs.face is None:
        return []
    if inputs.options.observed_speakers is None:
        return list(inputs.face.tracks)
    return [track for track in inputs.face.tracks if track.speaker is not None and inputs.observed(track.speaker)]


def activation_map(inputs: Inputs) -> tuple[FaceActivation, ...]:
    """Every supported code's series for each face, at the sampled moments."""
    codes = inputs.face.codes if inputs.face else ()
    return tuple(
        FaceActivation(
            face=track.id,
            speaker=track.speaker,
            times_s=tuple(float(at) for at in track.times_s),
            codes={str(code): numbers(track.aus[:, column]) for column, code in enumerate(codes)},
        )
        for track in observed_tracks(inputs)
    )


def active(inputs: Inputs, faces: Sequence[FaceTrack]) -> tuple[int, ...]:
    """Codes at 0.3 or more for at least a second altogether, in order."""
    if inputs.face is None or not faces:
        return ()
    active_s = np.sum([(track.aus >= ACTIVE).sum(0) * step_s(track) for track in faces], axis=0)
    return tuple(code for code, seconds in zip(inputs.face.codes, active_s, strict=True) if seconds >= _ACTIVE_FOR_S)


def step_s(track: FaceTrack) -> float:
    """The usual time between two sampled moments of the track."""
    return float(np.median(np.diff(track.times_s))) if len(track.times_s) > 1 else _ACTIVE_FOR_S


def schema(inputs: Inputs) -> tuple[ActionUnit, ...]:
    """Every code of the schema with its mean and peak over the observed faces; unsupported ones are never invented."""
    if inputs.face is None:
        return ()
    faces, column = observed_tracks(inputs), {code: i for i, code in enumerate(inputs.face.codes)}
    shown = set(active(inputs, faces))
    rows = []
    for info in inputs.face.schema:
        supported = info.source != "unsupported" and info.code in column
        values = np.concatenate([t.aus[:, column[info.code]] for t in faces]) if supported and faces else np.zeros(0)
        values = values[np.isfinite(values)]
        rows.append(
            ActionUnit(
                code=info.code,
                name=info.name,
                source=info.source,
                supported=supported,
                intensity=float(values.mean()) if len(values) else None,
                peak=float(values.max()) if len(values) else None,
                active=info.code in shown,
                confidence=info.confidence,
            )
        )
    return tuple(rows)
