from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis_core.face import observe, sampling_rate
from analysis_core.observations import FaceObservations

DRAWN = (1, 2, 4, 12, 26)


@pytest.fixture(scope="module")
def renewal(networks: object, media: Any) -> FaceObservations:
    turns = media.turns(media.truth(media.recording))
    return observe(media.frames(media.recording, 5.0), turns)


@pytest.mark.parametrize("per_second", [2.0, 7.5])
def test_units_follow_what_was_drawn_in_a_meeting(
    networks: object, media: Any, agreement: Any, per_second: float
) -> None:
    path: Path = media.meetings / "demo" / "demo_meeting.mp4"
    if not path.exists():
        pytest.skip("the demo meeting is not here")
    truth = media.truth(path)

    seen = observe(media.frames(path, per_second), media.turns(truth))

    assert {track.speaker for track in seen.tracks} == set(truth["tiles"])
    for track in seen.tracks:
        drawn = truth["au"][track.speaker]
        found = {code: agreement(seen, track, code, drawn[f"AU{code}"], truth["fps"]) for code in DRAWN}
        assert min(found.values()) >= 0.7, (track.speaker, found)


def test_units_follow_what_was_drawn_in_our_own_recording(
    renewal: FaceObservations, media: Any, agreement: Any
) -> None:
    truth = media.truth(media.recording)

    for track in renewal.tracks:
        drawn = truth["au"][track.speaker]
        found = {code: agreement(renewal, track, code, drawn[f"AU{code}"], truth["fps"]) for code in DRAWN}
        assert min(found.values()) >= 0.6, (track.speaker, found)
        assert sorted(found.values())[1] >= 0.85, (track.speaker, found)


def test_faces_are_given_to_those_who_speak_in_their_tile(renewal: FaceObservations, media: Any) -> None:
    tiles = media.truth(media.recording)["tiles"]

    assert len(renewal.tracks) == 2
    assert renewal.frames == renewal.frames_with_face == len(renewal.tracks[0].times_s)
    for track in renewal.tracks:
        left, _, width, _ = tiles[track.speaker]
        centre = float(np.mean(track.boxes[:, 0] + track.boxes[:, 2] / 2)) * 960
        assert left < centre < left + width


def test_worry_lowers_the_faces_valence_and_a_smile_raises_it(renewal: FaceObservations, media: Any) -> None:
    phases = {phase["manner"]: phase for phase in media.truth(media.recording)["phases"] if "Priya" in phase["speaker"]}
    priya = next(track for track in renewal.tracks if track.speaker == "Priya Shah")

    def valence(manner: str) -> float:
        phase = phases[manner]
        inside = (priya.times_s >= phase["start"]) & (priya.times_s <= phase["end"])
        return float(priya.valence[inside].mean())

    assert valence("worried") < valence("calm") - 0.05
    assert valence("warm") > valence("calm") + 0.1


def test_the_same_pictures_give_the_same_bytes(networks: object, media: Any) -> None:
    one, two = (observe(media.frames(media.recording, 2.0, until_s=8.0)) for _ in range(2))

    for first, second in zip(one.tracks, two.tracks, strict=True):
        assert first.aus.tobytes() == second.aus.tobytes()
        assert first.pose.tobytes() == second.pose.tobytes()


def test_progress_is_reported_in_shares(networks: object, media: Any) -> None:
    heard: list[tuple[str, float]] = []

    observe(media.frames(media.recording, 1.0, until_s=4.0), hook=lambda *report: heard.append(report), duration_s=4.0)

    assert [stage for stage, _ in heard] == ["face"] * 4
    assert [share for _, share in heard] == sorted(share for _, share in heard)
    assert heard[-1][1] <= 1.0


def test_short_recordings_are_sampled_densely_and_long_ones_at_the_asked_rate() -> None:
    assert sampling_rate(30, 2.0) == 7.5
    assert 2.0 < sampling_rate(600, 2.0) < 7.5
    assert sampling_rate(3600, 2.0) == 2.0
    assert sampling_rate(30, 10.0) == 10.0
