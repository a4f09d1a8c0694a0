import numpy as np
import pytest

from analysis_core.face import wire
from analysis_core.face.affect import affect
from analysis_core.face.canonical import CanonicalFace, align
from analysis_core.face.intensities import intensities, schema
from analysis_core.face.measures import INDEX
from analysis_core.face.models import FaceModels
from analysis_core.face.network import Tensor
from analysis_core.face.neutral import RESTING, neutral
from analysis_core.face.region import Region, crop
from analysis_core.face.scene import Scene
from analysis_core.face.speakers import attribute
from analysis_core.face.units import CODES
from analysis_core.observations import FaceTrack, Turn


def _samples(count: int, **measures: float) -> Tensor:
    samples = np.tile(RESTING, (count, 1))
    for name, value in measures.items():
        samples[:, INDEX[name]] = value
    return samples


def _shown(**intensity: float) -> Tensor:
    aus = np.zeros((1, len(CODES)), np.float32)
    for name, value in intensity.items():
        aus[0, CODES.index(int(name[2:]))] = value
    return aus


def _times(count: int, every_s: float = 0.5) -> Tensor:
    return (np.arange(count) * every_s).astype(np.float32)


def _track(number: int, motion: Tensor, times_s: Tensor | None = None) -> FaceTrack:
    count = len(motion)
    flat = np.zeros(count, np.float32)
    return FaceTrack(
        id=number,
        times_s=_times(count) if times_s is None else times_s,
        boxes=np.zeros((count, 4), np.float32),
        aus=np.zeros((count, len(CODES)), np.float32),
        pose=np.zeros((count, 3), np.float32),
        valence=flat,
        arousal=flat,
        mouth_motion=motion,
        confidence=flat + 1,
    )


def test_the_schema_has_every_code_and_says_which_it_cannot_see() -> None:
    rows = {row.code: row for row in schema()}

    assert sorted(rows) == [*range(1, 47), *range(51, 67)]
    assert all((row.source == "unsupported") == (row.confidence == 0) for row in rows.values())
    assert {row.code for row in rows.values() if row.source != "unsupported"} == set(CODES)
    assert {6, 9, 14, 23, 24, 34}.isdisjoint(CODES)


def test_a_face_at_its_own_rest_shows_nothing_however_it_looks() -> None:
    smiling_by_nature = _samples(200, mouthSmileLeft=0.9, mouthSmileRight=0.9, mouth_width=6.7)

    aus = intensities(_times(200), smiling_by_nature, neutral(smiling_by_nature))

    assert aus.max() < 0.05


def test_a_face_seen_for_a_moment_is_judged_by_what_faces_look_like() -> None:
    smile = _samples(1, mouthSmileLeft=0.9, mouthSmileRight=0.9, mouth_width=6.7)

    aus = intensities(_times(1), smile, neutral(smile))

    assert aus[0, CODES.index(12)] > 0.5


def test_a_mouth_that_talks_most_of_the_time_still_rests_closed() -> None:
    talking = _samples(100, jaw_length=8.6, lip_gap=1.2)
    talking[::4, INDEX["jaw_length"]], talking[::4, INDEX["lip_gap"]] = 7.4, 0.0

    aus = intensities(_times(100), talking, neutral(talking))

    assert aus[1, CODES.index(26)] > 0.7
    assert aus[0, CODES.index(26)] < 0.05


def test_short_closures_are_blinks_and_long_ones_closed_eyes() -> None:
    samples = _samples(20)
    closed = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
    samples[3, closed] = samples[10:15, closed] = 0.9

    aus = intensities(_times(20, every_s=0.2), samples, neutral(samples))

    blinks, shut = aus[:, CODES.index(45)] > 0.3, aus[:, CODES.index(43)] > 0.3
    assert list(np.flatnonzero(blinks)) == [3]
    assert list(np.flatnonzero(shut)) == [10, 11, 12, 13, 14]


def test_expressions_lie_where_the_circumplex_puts_them() -> None:
    neither = [float(value[0]) for value in affect(_shown())]
    joy = [float(value[0]) for value in affect(_shown(AU12=1.0))]
    sorrow = [float(value[0]) for value in affect(_shown(AU1=1.0, AU4=1.0, AU15=1.0))]
    surprise = [float(value[0]) for value in affect(_shown(AU1=1.0, AU2=1.0))]

    assert neither == [0.5, 0.5]
    assert joy == pytest.approx([0.905, 0.755], abs=0.01)
    assert sorrow[0] < 0.25
    assert sorrow[1] < 0.5
    assert surprise[1] > 0.8


def test_one_unit_alone_is_no_prototype_of_several() -> None:
    valence, _ = affect(_shown(AU4=1.0))

    assert valence[0] == 0.5


def test_alignment_finds_a_turned_heads_angles(networks: FaceModels) -> None:
    face = networks.canonical
    yaw, pitch = np.radians(20), np.radians(10)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    nod = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
    landmarks = np.zeros((478, 3))
    landmarks[face.indices] = 12.0 * face.points @ (turn @ nod).T + (300, -200, 5)

    found = align(face, landmarks)

    assert found.scale == pytest.approx(12.0)
    assert found.angles[0] == pytest.approx(10, abs=0.5)
    assert found.angles[1] == pytest.approx(20, abs=0.5)
    assert found.undo(landmarks)[face.indices] == pytest.approx(face.points)


def test_alignment_never_mirrors() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float)
    face = CanonicalFace(np.arange(4), points, np.ones(4))

    found = align(face, points * (-1, 1, 1))

    assert np.linalg.det(found.rotation) == pytest.approx(1.0)


def test_a_region_maps_its_corners_back_to_the_picture() -> None:
    region = Region(100, 50, 40, np.pi / 2)
    corners = np.array([[0, 0], [1, 0], [0.5, 0.5]], np.float32)

    assert region.to_picture(corners) == pytest.approx(np.array([[120, 30], [120, 70], [100, 50]]))


def test_crops_start_on_the_pixel_and_not_half_beside_it() -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    image[2, 3] = 255

    seen = crop(image, Region(4, 4, 8), 8)

    assert np.array_equal(seen, image)


def test_a_cut_is_told_from_a_person_who_moves() -> None:
    scene, rng = Scene(), np.random.default_rng(2)
    picture = rng.integers(0, 255, (360, 640, 3), dtype=np.uint8)
    moved = picture.copy()
    moved[100:150, 100:150] = 0

    assert scene.next(picture)
    assert not scene.next(picture)
    assert not scene.next(moved)
    assert scene.change_around(np.array([100, 100, 150, 150], np.float32)) > 20
    assert scene.change_around(np.array([500, 200, 550, 250], np.float32)) == 0
    assert scene.next(255 - picture)


def test_wire_fields_are_read_and_unknown_kinds_refused() -> None:
    message = bytes([0x08, 0x96, 0x01, 0x12, 0x02, 0x41, 0x42, 0x1D, 0, 0, 0x80, 0x3F])

    assert list(wire.fields(message)) == [(1, 150), (2, b"AB"), (3, bytes([0, 0, 0x80, 0x3F]))]
    with pytest.raises(ValueError, match="wire type"):
        list(wire.fields(bytes([0x0B])))


TURNS = (Turn(0, 20, "Ann"), Turn(20, 40, "Bob"), Turn(40, 60, "Ann"))


def _lips(talks: object, seed: int) -> Tensor:
    noise = np.random.default_rng(seed).uniform(0, 0.3, 120)
    return (noise + np.where(np.asarray(talks), noise * 4, 0)).astype(np.float32)


def test_lips_that_move_while_somebody_talks_are_that_speakers() -> None:
    times = _times(120)
    ann = (times < 20) | (times >= 40)
    tracks = [_track(1, _lips(~ann, 1)), _track(2, _lips(ann, 2))]

    named = attribute(tracks, TURNS, times)

    assert [track.speaker for track in named] == ["Bob", "Ann"]


def test_lips_that_move_at_random_are_nobodys() -> None:
    named = attribute([_track(1, _lips(np.zeros(120), 3))], TURNS, _times(120))

    assert named[0].speaker is None


def test_two_faces_seen_together_are_never_one_speaker() -> None:
    times = _times(120)
    ann = (times < 20) | (times >= 40)

    named = attribute([_track(1, _lips(ann, 4)), _track(2, _lips(ann, 5))], TURNS, times)

    assert sorted(track.speaker or "" for track in named) in (["", "Ann"], ["Ann", "Bob"])
    assert sum(track.speaker == "Ann" for track in named) == 1


def test_a_view_that_follows_the_speaker_names_faces_that_hardly_move() -> None:
    times = _times(200)
    ann = times // 5 % 2 == 0
    turns = tuple(Turn(start, start + 5, "Ann" if start % 10 == 0 else "Bob") for start in range(0, 100, 5))
    tracks = [
        _track(number, np.zeros(int(shown.sum()), np.float32), times[shown]) for number, shown in ((1, ann), (2, ~ann))
    ]

    named = attribute(tracks, turns, times)

    assert [track.speaker for track in named] == ["Ann", "Bob"]


def test_somebody_who_joins_late_and_is_silent_is_not_the_late_speaker() -> None:
    times = _times(240)
    turns = (Turn(0, 60, "Ann"), Turn(60, 120, "Bob"))
    late = _track(1, _lips(np.zeros(120), 6), times[times >= 60])

    (named,) = attribute([late], turns, times)

    assert named.speaker is None


def test_one_face_that_is_there_all_the_time_and_one_voice_belong_together() -> None:
    times = _times(120)
    turns = (Turn(0, 12, "Ann"), Turn(15, 60, "Ann"))

    (there,) = attribute([_track(1, _lips(np.zeros(120), 3))], turns, times)
    (late,) = attribute([_track(1, _lips(np.zeros(120), 3)[times >= 30], times[times >= 30])], turns, times)

    assert there.speaker == "Ann"
    assert late.speaker is None
