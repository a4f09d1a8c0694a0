from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from analysis_core.face import LiveFaces, observe
from analysis_core.face.observe import FaceObserver
from analysis_core.observations import Frame

Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def tiles(networks: object, media: Any) -> tuple[Image, Image]:
    """The two faces of the recording, each a square picture."""
    picture = next(iter(media.frames(media.recording, 1.0))).image
    boxes = media.truth(media.recording)["tiles"].values()
    one, two = (np.ascontiguousarray(picture[y : y + height, x : x + width]) for x, y, width, height in boxes)
    return one, two


def _gallery(tiles: tuple[Image, ...], across: int, down: int) -> Image:
    picture = np.full((720, 1280, 3), 30, np.uint8)
    side = min(1280 // across, 720 // down)
    for place in range(across * down):
        x, y = place % across * (1280 // across), place // across * side
        picture[y : y + side, x : x + side] = cv2.resize(tiles[place % len(tiles)], (side, side))
    return picture


def _frames(*images: Image, every_s: float = 0.5) -> list[Frame]:
    return [Frame(index * every_s, image) for index, image in enumerate(images)]


def test_a_picture_without_faces_gives_no_track(networks: object) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (360, 640, 3), dtype=np.uint8)
    slide = np.full((360, 640, 3), 240, np.uint8)

    seen = observe(_frames(slide, slide, noise, noise))

    assert seen.tracks == ()
    assert (seen.frames, seen.frames_with_face) == (4, 0)


def test_no_pictures_at_all_give_an_empty_observation(networks: object) -> None:
    seen = observe([])

    assert (seen.tracks, seen.frames) == ((), 0)
    assert len(seen.schema) == 62


@pytest.mark.parametrize(("across", "down"), [(2, 1), (3, 3), (5, 5)])
def test_every_tile_of_a_gallery_is_a_face_of_its_own(tiles: tuple[Image, Image], across: int, down: int) -> None:
    picture = _gallery(tiles, across, down)

    seen = observe(_frames(*[picture] * 16))

    assert len(seen.tracks) == across * down
    assert all(len(track.times_s) >= 3 for track in seen.tracks)


def test_the_number_of_faces_is_bounded(tiles: tuple[Image, Image]) -> None:
    seen = observe(_frames(*[_gallery(tiles, 7, 4)] * 8))

    assert 20 <= len(seen.tracks) <= 25


def test_a_face_keeps_its_track_over_a_short_gap(tiles: tuple[Image, Image]) -> None:
    picture, gone = _gallery(tiles, 2, 1), np.full((720, 1280, 3), 30, np.uint8)

    seen = observe(_frames(picture, picture, gone, gone, picture, picture))

    assert [len(track.times_s) for track in seen.tracks] == [4, 4]
    assert seen.frames_with_face == 4


def test_a_view_that_switches_between_two_people_gives_two_tracks(tiles: tuple[Image, Image]) -> None:
    one, two = tiles

    seen = observe(_frames(*[one] * 4, *[two] * 4, *[one] * 4, *[two] * 4))

    assert [len(track.times_s) for track in seen.tracks] == [8, 8]
    assert list(seen.tracks[0].times_s[:5]) == [0.0, 0.5, 1.0, 1.5, 4.0]


def test_a_tilted_head_is_a_roll_and_no_expression(tiles: tuple[Image, Image]) -> None:
    face = tiles[0]
    turn = cv2.getRotationMatrix2D((face.shape[1] / 2, face.shape[0] / 2), 15, 1.0)  # counter-clockwise
    tilted = np.asarray(cv2.warpAffine(face, turn, face.shape[1::-1], borderMode=cv2.BORDER_REPLICATE), np.uint8)

    seen = observe(_frames(*[face] * 12, *[tilted] * 6))

    (track,) = seen.tracks
    after = track.times_s >= 6.0
    assert np.median(track.pose[after, 2]) - np.median(track.pose[~after, 2]) == pytest.approx(15, abs=3)
    for code in (1, 2, 4, 12, 15, 26):
        assert np.median(track.aus[after, seen.codes.index(code)]) < 0.3, code
    assert np.median(track.aus[after, seen.codes.index(56)]) > 0.3


def test_a_darker_picture_is_no_expression(tiles: tuple[Image, Image]) -> None:
    dark = (tiles[1] * 0.6).astype(np.uint8)

    seen = observe(_frames(*[tiles[1]] * 8, *[dark] * 4))

    (track,) = seen.tracks
    for code in (1, 2, 4, 12, 15, 26):
        assert track.aus[:, seen.codes.index(code)].max() < 0.3, code


def test_real_people_who_talk_are_one_face_each_with_moving_lips(networks: object, media: Any) -> None:
    folder = media.meetings / "faces"
    if not folder.exists():
        pytest.skip("the recordings of faces are not here")
    for path in sorted(folder.iterdir()):
        seen = observe(media.frames(path, 5.0))

        (track,) = seen.tracks
        assert len(track.times_s) == seen.frames, path.name
        assert track.confidence.mean() > 0.9, path.name
        assert track.aus[:, seen.codes.index(25)].max() > 0.5, path.name
        assert track.aus.mean(axis=0).max() < 0.8, path.name
        assert np.abs(track.pose).max() < 45, path.name


def test_a_live_session_follows_the_same_faces_and_keeps_no_samples(tiles: tuple[Image, Image]) -> None:
    live = LiveFaces()
    picture = _gallery(tiles, 2, 1)

    answers = [live.see(frame) for frame in _frames(*[picture] * 4)]

    assert [sorted(face.track for face in faces) for faces in answers] == [[1, 2]] * 4
    assert all(0 <= face.valence <= 1 and 0 <= face.box[0] <= 1 for faces in answers for face in faces)


@pytest.mark.parametrize(("across", "down", "noise"), [(1, 1, 0), (5, 5, 0), (5, 5, 12)])
def test_nearly_every_face_of_a_single_still_is_found(
    tiles: tuple[Image, Image], across: int, down: int, noise: int
) -> None:
    dice = np.random.default_rng(3)
    picture = _gallery(tiles, across, down).astype(np.int16) + dice.integers(-noise, noise + 1, (720, 1280, 3))

    faces = LiveFaces().see(Frame(0.0, np.clip(picture, 0, 255).astype(np.uint8)))

    assert 0.9 * across * down <= len(faces) <= across * down
    assert len({face.track for face in faces}) == len(faces)
    assert all(0 <= value <= 1 for face in faces for value in face.aus.values())


def test_asking_after_every_picture_tells_what_asking_once_tells(networks: object, media: Any) -> None:
    asked, once = FaceObserver(), FaceObserver()

    for frame in media.frames(media.recording, 2.0):
        asked.see(frame)
        asked.so_far()
        once.see(frame)

    often, single = asked.so_far().tracks, once.so_far().tracks
    assert len(often) == len(single) == 2
    for track, other in zip(often, single, strict=True):
        assert len(track.times_s) > 60
        assert np.array_equal(track.times_s, other.times_s)
        assert np.array_equal(track.mouth_motion, other.mouth_motion, equal_nan=True)
        assert np.abs(track.aus - other.aus).mean() < 0.01
