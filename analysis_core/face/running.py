"""Tracks as they stand, for sessions under way: what was made of samples is kept, and only new ones are looked at.

A face's neutral, and whose face it is, are found anew whenever there is a twentieth more to find them from, so that
asking after every picture costs hardly more for having gone on for hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from analysis_core.face.affect import affect
from analysis_core.face.expression import certainty
from analysis_core.face.intensities import intensities
from analysis_core.face.measures import INDEX
from analysis_core.face.network import Tensor
from analysis_core.face.neutral import neutral
from analysis_core.face.speakers import attribute
from analysis_core.face.track import Track
from analysis_core.observations import FaceTrack, Turn

_POSE_COLUMNS = [INDEX[name] for name in ("pitch", "yaw", "roll")]
_MOUTH_COLUMNS = [INDEX[name] for name in ("lip_gap", "mouth_width")]
_MOTION_GAP_S = 1.5
_WORTH = 20
_LOOK_BACK = 40
"""Samples looked at again, since whether eyes are closed or blink hangs on what comes after."""
_SERIES = tuple(field.name for field in fields(FaceTrack) if field.name not in ("id", "speaker"))


@dataclass(frozen=True)
class _Made:
    track: FaceTrack
    rest: Tensor
    samples: int
    """How many samples `rest` was found from."""


class RunningTracks:
    """Give it the tracks of one recording or session as often as you like."""

    def __init__(self) -> None:
        self._made: dict[int, _Made] = {}
        self._names: dict[int, str | None] = {}
        self._named_from = 0

    def finished(self, tracks: Sequence[Track]) -> list[FaceTrack]:
        """What each face showed, against its own neutral."""
        for track in tracks:
            made = self._made.get(track.id)
            anew = made is None or _much_more(len(track.times_s), made.samples)
            self._made[track.id] = _anew(track) if made is None or anew else _longer(made, track)
        return [self._made[track.id].track for track in tracks]

    def named(self, tracks: Sequence[FaceTrack], turns: Sequence[Turn], times_s: Sequence[float]) -> list[FaceTrack]:
        """The tracks with the speakers whose faces they are; `times_s` are those of all pictures."""
        unknown = any(track.id not in self._names for track in tracks)
        if unknown or _much_more(len(times_s), self._named_from):
            found = attribute(tracks, turns, np.array(times_s, np.float32))
            self._names, self._named_from = {track.id: track.speaker for track in found}, len(times_s)
        return [replace(track, speaker=self._names[track.id]) for track in tracks]


def _much_more(now: int, before: int) -> bool:
    return now > before + before // _WORTH


def _anew(track: Track) -> _Made:
    rest = neutral(np.stack(track.measures))
    return _Made(_finished(track, rest, 0), rest, len(track.times_s))


def _longer(made: _Made, track: Track) -> _Made:
    kept = max(0, len(made.track.times_s) - _LOOK_BACK)
    if kept == 0:
        return replace(made, track=_finished(track, made.rest, 0))
    end = _finished(track, made.rest, kept - 1)  # one more, for the motion since then
    series: dict[str, Any] = {
        name: np.concatenate([getattr(made.track, name)[:kept], getattr(end, name)[1:]]) for name in _SERIES
    }
    return replace(made, track=FaceTrack(id=track.id, **series))


def _finished(track: Track, rest: Tensor, first: int) -> FaceTrack:
    times_s, samples = np.array(track.times_s[first:], np.float32), np.stack(track.measures[first:])
    boxes = np.stack(track.boxes[first:])
    aus = intensities(times_s, samples, rest)
    valence, arousal = affect(aus)
    return FaceTrack(
        id=track.id,
        times_s=times_s,
        boxes=boxes,
        aus=aus,
        pose=samples[:, _POSE_COLUMNS],
        valence=valence,
        arousal=arousal,
        mouth_motion=_mouth_motion(times_s, samples),
        confidence=certainty(np.array(track.presence[first:], np.float32), boxes[:, 2], samples),
    )


def _mouth_motion(times_s: Tensor, samples: Tensor) -> Tensor:
    """Centimetres that lip gap and mouth width changed since the last sample; NaN for the first and after gaps."""
    moved = np.abs(np.diff(samples[:, _MOUTH_COLUMNS], axis=0)).sum(axis=1)
    moved[np.diff(times_s) > _MOTION_GAP_S] = np.nan
    return np.concatenate([[np.nan], moved]).astype(np.float32)
