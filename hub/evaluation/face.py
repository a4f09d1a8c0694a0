"""Action Units of faces against a video's truth.

The truth is JSON: `fps`, and `au`: for each person the intensity 0..1 of Action Units in each frame, as
`{"Ann": {"AU1": [0.0, 0.1, ...]}}`, with null for what is unknown. Who is who comes from `tiles`
(`{"Ann": [x, y, width, height]}` in pixels), else from `segments` (`[{"speaker": "Ann", "start": 0.6, "end": 4.5}]`),
else from there being one person only.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hub.evaluation import statistics
from hub.evaluation.errors import EvaluationError
from hub.evaluation.statistics import Array, Rows

if TYPE_CHECKING:
    from analysis_core.io.media import Media
    from analysis_core.observations import FaceObservations, FaceTrack

ACTIVE = 0.3
"""From this intensity on an Action Unit counts as active."""
_BLOCK_S = 2.0


@dataclass(frozen=True)
class Truth:
    """What was shown: per person and Action Unit a series, `fps` values a second."""

    fps: float
    series: Mapping[str, Mapping[str, Array]]
    tiles: Mapping[str, Sequence[float]]
    segments: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Compared:
    """One unit of one person at each frame of the truth that the face was followed through."""

    shown: Array
    seen: Array
    blocks: Sequence[Rows]
    unknown: int
    """Frames left out for want of a figure."""


def read(path: Path) -> Truth:
    """Raises `EvaluationError` where the file is not such a truth."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EvaluationError(f"There is no file at {path}.") from None
    except (OSError, ValueError) as error:
        raise EvaluationError(f"{path} is not JSON that can be read.") from error
    try:
        series = {
            str(person): {_unit_name(str(unit)): np.array(values, np.float64) for unit, values in units.items()}
            for person, units in content["au"].items()
        }
        truth = Truth(float(content["fps"]), series, content.get("tiles") or {}, content.get("segments") or ())
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise EvaluationError(f'{path} must hold "fps" and "au" with numbers for each person and unit.') from error
    if not truth.fps > 0 or not any(truth.series.values()):
        raise EvaluationError(f"{path} holds no Action Units, or no frames per second.")
    return truth


def _unit_name(unit: str) -> str:
    """`AU4` for `AU4`, `au04`, `AU04_r` and `4`; other names as they are."""
    number = unit.upper().removesuffix("_R").removeprefix("AU")
    return f"AU{int(number)}" if number.isdigit() else unit


def _code(unit: str) -> int:
    number = unit.removeprefix("AU")
    return int(number) if number.isdigit() else -1


def evaluate(video: Path, truth: Truth, told: Callable[[float], None]) -> dict[str, Any]:
    """Agreement for every Action Unit of the truth; `told` hears how far it is, 0..1.

    Units that the core does not measure are skipped, as are those that the truth never changes. Raises
    `EvaluationError`, `MediaUnreadable` and its kin, `ModelMissing`.
    """
    from analysis_core.io.media import open_media
    from analysis_core.options import Options

    media = open_media(video, Options())
    if not media.has_video:
        raise EvaluationError(f"{video} shows no picture.")
    seen = _observe(media, truth, told)
    people = {name: track for name in truth.series if (track := _track(name, truth, seen, media))}
    if not people:
        raise EvaluationError(f"None of {', '.join(truth.series)} was found among {len(seen.tracks)} faces.")
    compared, skipped = _compare(truth, seen, people)
    if not compared:
        raise EvaluationError("No Action Unit of the truth both changes and is measured by the core.")
    return {
        **_figures(compared),
        "skipped": skipped,
        "faces": len(seen.tracks),
        "not_found": [name for name in truth.series if name not in people],
        "frames": seen.frames,
        "frames_with_face": seen.frames_with_face,
    }


def _observe(media: "Media", truth: Truth, told: Callable[[float], None]) -> "FaceObservations":
    from analysis_core.face import observe, sampling_rate
    from analysis_core.observations import Turn

    try:
        turns = [Turn(float(row["start"]), float(row["end"]), str(row["speaker"])) for row in truth.segments]
    except (KeyError, TypeError, ValueError) as error:
        raise EvaluationError('Each of "segments" must have start, end and speaker.') from error
    rate = sampling_rate(media.duration_s, media.frames_per_second)
    return observe(media.frames(rate), turns or None, lambda _, share: told(share), media.duration_s)


def _track(name: str, truth: Truth, seen: "FaceObservations", media: "Media") -> "FaceTrack | None":
    """The person's face; of several, the one followed longest."""
    if name in truth.tiles:
        chosen = [track for track in seen.tracks if _inside(track, truth.tiles[name], _size(media))]
    elif any(track.speaker for track in seen.tracks):
        chosen = [track for track in seen.tracks if track.speaker == name]
    else:
        chosen = list(seen.tracks) if len(truth.series) == 1 else []
    return max(chosen, key=lambda track: len(track.times_s), default=None)


def _inside(track: "FaceTrack", tile: Sequence[float], size: tuple[int, int]) -> bool:
    left, top, width, height = tile
    x, y = np.median(track.boxes[:, :2] + track.boxes[:, 2:] / 2, axis=0) * size
    return bool(left <= x <= left + width and top <= y <= top + height)


def _size(media: "Media") -> tuple[int, int]:
    """The picture's width and height as it is stored, which tiles are given in."""
    from analysis_core.io.packets import open_container

    with open_container(media.path) as container:
        source = container.streams[media.video_stream]
        return int(source.width), int(source.height)


def _compare(
    truth: Truth, seen: "FaceObservations", people: "Mapping[str, FaceTrack]"
) -> tuple[dict[str, list[_Compared]], dict[str, str]]:
    compared: dict[str, list[_Compared]] = {}
    skipped: dict[str, str] = {}
    for name, track in people.items():
        for unit, shown in truth.series[name].items():
            code = _code(unit)
            if code not in seen.codes:
                skipped[unit] = "not measured by the core"
            elif not _changes(shown):
                skipped.setdefault(unit, "hardly changes in the truth")
            elif row := _aligned(shown, truth.fps, track, seen.codes.index(code)):
                compared.setdefault(unit, []).append(row)
            else:
                skipped.setdefault(unit, "has no figures while the face is seen")
    return compared, {unit: why for unit, why in skipped.items() if unit not in compared}


def _changes(shown: Array) -> bool:
    known = shown[np.isfinite(shown)]
    return bool(known.size and np.ptp(known) >= ACTIVE)


def _aligned(shown: Array, fps: float, track: "FaceTrack", column: int) -> _Compared | None:
    """The track's values at the truth's frames, as long as the face was followed; None where the truth has none there.

    Frames whose figure is null are unknown, and left out.
    """
    at = np.arange(len(shown)) / fps
    followed = (at >= track.times_s[0]) & (at <= track.times_s[-1])
    kept = followed & np.isfinite(shown)
    if not kept.any():
        return None
    seen = np.interp(at[kept], track.times_s, track.aus[:, column])
    block = (at[kept] // _BLOCK_S).astype(int)
    blocks = [np.flatnonzero(block == number) for number in np.unique(block)]
    return _Compared(shown[kept], seen, blocks, int(np.sum(followed & ~kept)))


def _figures(compared: Mapping[str, Sequence[_Compared]]) -> dict[str, Any]:
    units = {unit: _unit(rows) for unit, rows in sorted(compared.items(), key=lambda row: _code(row[0]))}
    known = [row["r"] for row in units.values() if row["r"] is not None]
    return {
        "r_mean": statistics.number(float(np.mean(known))) if known else None,
        "n": sum(row["n"] for row in units.values()),
        **{f"r_{unit.lower()}": row["r"] for unit, row in units.items()},
        "units": units,
    }


def _unit(rows: Sequence[_Compared]) -> dict[str, Any]:
    """One unit over all people: r is the mean of each person's own, since faces differ in how much they show."""
    each = [r for row in rows if not np.isnan(r := _agreement(row.shown, row.seen))]
    shown, seen = (np.concatenate([getattr(row, name) for row in rows]) >= ACTIVE for name in ("shown", "seen"))
    return {
        "r": statistics.number(float(np.mean(each))) if each else None,
        "r_interval": _interval(rows),
        "r_lowest": statistics.number(min(each)) if each else None,
        "people": len(rows),
        "n": len(shown),
        "unknown": sum(row.unknown for row in rows),
        "f1": statistics.number(float(statistics.f1(shown[:, None], seen[:, None])[0])),
        "confusion": {
            "shown": {"seen": int(np.sum(shown & seen)), "not seen": int(np.sum(shown & ~seen))},
            "not shown": {"seen": int(np.sum(~shown & seen)), "not seen": int(np.sum(~shown & ~seen))},
        },
    }


def _agreement(shown: Array, seen: Array) -> float:
    """Pearson's r: 0 for a face that is seen never to move, NaN where nothing is shown to."""
    return 0.0 if np.ptp(shown) > 0 and np.ptp(seen) == 0 else statistics.correlation(shown, seen)


def _interval(rows: Sequence[_Compared]) -> statistics.Interval | None:
    """Blocks of two seconds are drawn anew: neighbouring frames are alike."""
    tagged = [(number, block) for number, row in enumerate(rows) for block in row.blocks]
    marks = [np.array([index]) for index in range(len(tagged))]

    def mean(drawn: Rows) -> float:
        found = []
        for number, row in enumerate(rows):
            own = [tagged[index][1] for index in drawn if tagged[index][0] == number]
            if own:
                picked = np.concatenate(own)
                found.append(_agreement(row.shown[picked], row.seen[picked]))
        return float(np.nanmean(found)) if found and not np.isnan(found).all() else float("nan")

    return statistics.interval(mean, marks)
