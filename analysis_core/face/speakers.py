"""Which face is which speaker: who moves the lips, or is shown, while somebody talks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from analysis_core.observations import FaceObservations, FaceTrack, Turn

_ENOUGH = 3.0
_INDEPENDENT_S = 1.0
_MOST_EVIDENCE_SAMPLES = 400.0
_MOSTLY = 0.8
"""Of the pictures, or of those that show a face: the share that makes it the one that is there."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Evidence:
    score: float
    track: int
    speaker: str


def attribute(tracks: Sequence[FaceTrack], turns: Sequence[Turn], shown_s: NDArray[np.float32]) -> list[FaceTrack]:
    """Name the speaker of each track, or leave None where evidence is weak.

    `shown_s` are the times of all sampled pictures. Pairs are taken by falling evidence; two faces that are visible
    at the same time are never the same speaker. One face that is there all the time and one voice belong together.
    """
    talking = {name: [turn for turn in turns if turn.speaker == name] for name in sorted({t.speaker for t in turns})}
    if len(tracks) == len(talking) == 1 and len(tracks[0].times_s) >= _MOSTLY * len(shown_s):
        return [replace(tracks[0], speaker=next(iter(talking)))]
    alone = _alone(tracks)
    evidence = [
        _Evidence(_score(track, spoken, shown_s, alone[index]), index, name)
        for index, track in enumerate(tracks)
        for name, spoken in talking.items()
    ]
    named: dict[int, str] = {}
    for item in sorted(evidence, key=lambda item: (-item.score, item.track, item.speaker)):
        rivals = [tracks[index] for index, name in named.items() if name == item.speaker]
        together = any(_together(tracks[item.track], rival) for rival in rivals)
        if item.score >= _ENOUGH and item.track not in named and not together:
            named[item.track] = item.speaker
    return [replace(track, speaker=named.get(index)) for index, track in enumerate(tracks)]


def shown_most(seen: FaceObservations, speaker: str) -> FaceObservations:
    """Where nobody is heard: the face that is there most is this speaker's."""
    if not seen.tracks:
        return seen
    most = max(seen.tracks, key=lambda track: (len(track.times_s), -track.id)).id
    return replace(seen, tracks=tuple(replace(t, speaker=speaker) if t.id == most else t for t in seen.tracks))


def _score(track: FaceTrack, turns: Sequence[Turn], shown_s: NDArray[np.float32], alone: bool) -> float:
    """Standard deviations by which this speaker's talking goes with the lips' motion and with being shown at all."""
    while_talking = _within(track.times_s, turns)
    lips = _lips(track, while_talking)
    return lips + _presence(track, while_talking, _within(shown_s, turns)) if alone else lips


def _alone(tracks: Sequence[FaceTrack]) -> list[bool]:
    """Whether each face is mostly the only one in the picture: then the view may follow the speaker."""
    if not tracks:
        return []
    moments, faces = np.unique(np.concatenate([track.times_s for track in tracks]), return_counts=True)
    return [bool((faces[np.isin(moments, track.times_s)] == 1).mean() > _MOSTLY) for track in tracks]


def _lips(track: FaceTrack, talking: Flags) -> float:
    """Fisher's z of the correlation between lip motion and talking, over about independent seconds."""
    moved = np.nan_to_num(np.log1p(10 * track.mouth_motion))
    if talking.all() or not talking.any() or moved.std() < 1e-6:
        return 0.0
    samples = _independent(track.times_s)
    correlation = float(np.clip(np.corrcoef(moved, talking)[0, 1], -0.99, 0.99))
    return float(np.arctanh(correlation) * np.sqrt(max(samples - 3, 0)))


def _presence(track: FaceTrack, while_visible: Flags, overall: Flags) -> float:
    """How much more often this speaker talks while the face is shown, over appearances: one proves little."""
    expected = float(overall.mean())
    if not 0 < expected < 1:
        return 0.0
    deviation = np.sqrt(expected * (1 - expected) / _appearances(track.times_s))
    return float((while_visible.mean() - expected) / deviation)


def _appearances(times_s: NDArray[np.float32]) -> int:
    steps = np.diff(times_s)
    return 1 + int((steps > 3 * np.median(steps)).sum()) if len(steps) else 1


def _independent(times_s: NDArray[np.float32]) -> float:
    """How many independent observations a track is worth: one a second seen, up to a limit."""
    seconds = len(np.unique(np.floor(times_s / _INDEPENDENT_S)))
    return min(float(seconds), _MOST_EVIDENCE_SAMPLES)


def _within(times_s: NDArray[np.float32], turns: Sequence[Turn]) -> Flags:
    flags = np.zeros(len(times_s), bool)
    for turn in turns:
        flags |= (times_s >= turn.start_s) & (times_s < turn.end_s)
    return flags


def _together(one: FaceTrack, other: FaceTrack) -> bool:
    return len(np.intersect1d(one.times_s, other.times_s)) > 0
