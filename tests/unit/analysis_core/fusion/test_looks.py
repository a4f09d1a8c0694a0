"""Where a face looks and how often it blinks, on faces drawn by hand."""

import numpy as np
import pytest

from analysis_core.fusion.inputs import Inputs
from analysis_core.fusion.looks import looks
from analysis_core.observations import FaceObservations, FaceTrack
from analysis_core.options import Options

CODES = (45, 61, 62, 63, 64)
SECONDS = 60


def _inputs(per_second: float, shut: np.ndarray | None = None, aside: slice | None = None, yaw: float = 0.0) -> Inputs:
    times = np.arange(0, SECONDS, 1 / per_second, dtype=np.float32)
    aus, pose = np.zeros((len(times), len(CODES)), np.float32), np.zeros((len(times), 3), np.float32)
    if shut is not None:
        aus[np.isin(np.arange(len(times)), shut), 0] = 0.9
    if aside is not None:
        aus[aside, 1] = 0.6
    pose[: len(times) // 4, 1] = yaw
    nothing = np.zeros(len(times), np.float32)
    track = FaceTrack(
        1, times, np.zeros((len(times), 4), np.float32), aus, pose, nothing, nothing, nothing, nothing, "Ann"
    )
    face = FaceObservations(CODES, (), (track,), len(times), len(times))
    return Inputs(float(SECONDS), None, face, None, (), (), True, True, Options(), False, True)


def test_short_closures_of_the_eyes_are_blinks_and_long_ones_are_not() -> None:
    blinks, sleep = np.arange(10, 400, 40), np.arange(410, 440)

    found = looks(_inputs(7.5, np.concatenate([blinks, blinks + 1, sleep])), "Ann")

    assert found is not None
    assert found.blinks_per_minute == pytest.approx(10, abs=0.1)
    assert found.seen_s == pytest.approx(60, abs=0.2)


def test_two_pictures_a_second_count_no_blinks() -> None:
    found = looks(_inputs(2.0, np.arange(10, 100, 10)), "Ann")

    assert found is not None
    assert found.blinks_per_minute is None


def test_turned_eyes_and_a_turned_head_look_away() -> None:
    eyes, head = looks(_inputs(2.0, aside=slice(0, 30)), "Ann"), looks(_inputs(2.0, yaw=35.0), "Ann")

    assert eyes is not None
    assert eyes.gaze_away_share == pytest.approx(0.25)
    assert head is not None
    assert head.gaze_away_share == pytest.approx(0.25)


def test_a_face_that_is_nobodys_or_hardly_seen_has_no_figures() -> None:
    assert looks(_inputs(2.0), "Bob") is None
