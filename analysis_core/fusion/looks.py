"""Where a speaker's face looks and how often it blinks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis_core.fusion.features import tracks
from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.runs import above
from analysis_core.fusion.visible import ACTIVE, step_s
from analysis_core.observations import FaceTrack
from analysis_core.result import Looks

_BLINK, _EYES_AWAY = 45, (61, 62, 63, 64)
_CLOSED = 0.5
_LONGEST_BLINK_S = 0.8
"""Eyes closed for longer are closed, not blinking."""
_LEAST_PER_S = 5.0
"""A blink takes a fifth to two fifths of a second: fewer pictures a second miss most of them."""
_HEAD_AWAY_DEG = 20.0
_LEAST_S = 5.0

Flags = NDArray[np.bool_]


def looks(inputs: Inputs, speaker: str) -> Looks | None:
    """The figures of the speaker's faces, talking or listening; None below five seconds of being seen."""
    own = tracks(inputs, speaker)
    seen_s = sum(len(track.times_s) * step_s(track) for track in own)
    codes = inputs.face.codes if inputs.face else ()
    if _BLINK not in codes or seen_s < _LEAST_S:
        return None
    away = np.concatenate([_away(track, codes) for track in own])
    return Looks(seen_s=seen_s, gaze_away_share=float(away.mean()), blinks_per_minute=_blink_rate(own, codes))


def _away(track: FaceTrack, codes: Sequence[int]) -> Flags:
    """Moments at which open eyes, or the head, are turned from where they usually are."""
    eyes = track.aus[:, [codes.index(code) for code in _EYES_AWAY if code in codes]]
    turned = np.abs(track.pose[:, :2] - np.median(track.pose[:, :2], axis=0)) > _HEAD_AWAY_DEG
    open_eyes = track.aus[:, codes.index(_BLINK)] < _CLOSED
    return np.asarray((eyes >= ACTIVE).any(1) & open_eyes | turned.any(1))


def _blink_rate(own: Sequence[FaceTrack], codes: Sequence[int]) -> float | None:
    """Blinks a minute over the faces that were looked at often enough; None where none was."""
    dense = [track for track in own if step_s(track) <= 1 / _LEAST_PER_S]
    seen_s = sum(len(track.times_s) * step_s(track) for track in dense)
    if seen_s < _LEAST_S:
        return None
    return 60 * sum(_blinks(track, codes.index(_BLINK)) for track in dense) / seen_s


def _blinks(track: FaceTrack, column: int) -> int:
    closed = above(track.aus[:, column].astype(float), _CLOSED, 1, bridge_s=0)
    return sum((run.end - run.start) * step_s(track) <= _LONGEST_BLINK_S for run in closed)
