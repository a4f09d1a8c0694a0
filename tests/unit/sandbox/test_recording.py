import json
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from sandbox.recording import film, voice
from sandbox.recording.face import Face
from sandbox.recording.portraits import Portrait
from sandbox.recording.script import PEOPLE, PRIYA, TURNS
from sandbox.recording.timeline import Timeline, perform
from sandbox.recording.voice import RATE_HZ, Synthesizer

RECORDINGS = Path(__file__).parents[3] / "sandbox" / "recordings"


@pytest.fixture(scope="module")
def truth() -> Any:
    return json.loads((RECORDINGS / "renewal_call.truth.json").read_text())


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return perform(Synthesizer())


def test_the_film_is_what_a_meeting_service_would_deliver(truth: Any) -> None:
    path = RECORDINGS / "renewal_call.mp4"
    with av.open(str(path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        codecs = video.codec_context.name, audio.codec_context.name
        size, frames = (video.codec_context.width, video.codec_context.height), video.frames
        seconds = float(container.duration or 0) / 1e6

    assert codecs == ("h264", "aac")
    assert size == (960, 540)
    assert 80 <= seconds <= 90
    assert path.stat().st_size <= 6_000_000
    assert all(len(curve) == frames for units in truth["au"].values() for curve in units.values())


def test_performing_the_script_again_gives_the_committed_texts(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from sandbox.recording.__main__ import Synthesizer, curves, perform, write_texts
timeline = perform(Synthesizer())
write_texts(Path(sys.argv[1]), timeline, curves(timeline))
"""
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=RECORDINGS.parents[1], check=True)

    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) == 3
    assert written == {name: (RECORDINGS / name).read_bytes() for name in written}


def test_the_transcript_is_zooms_and_cues_neither_overlap_nor_outlast_the_film(truth: Any) -> None:
    text = (RECORDINGS / "renewal_call.vtt").read_bytes().decode()
    cues = re.findall(r"(\d+)\r\n(\S+) --> (\S+)\r\n([^:]+): ([^\r]+)\r\n\r\n", text)
    times = [(_seconds(start), _seconds(end)) for _, start, end, _, _ in cues]

    assert text.startswith("WEBVTT\r\n\r\n")
    assert [int(number) for number, *_ in cues] == list(range(1, len(truth["segments"]) + 1))
    assert {name for *_, name, _ in cues} == {person.name for person in PEOPLE}
    assert all(start < end for start, end in times)
    assert all(end <= following for (_, end), (following, _) in pairwise(times))
    assert times[-1][1] < truth["duration"]


def test_the_customer_speaks_long_enough_to_be_scored_and_hesitates_only_when_worried(truth: Any) -> None:
    spoken = sum(cue["end"] - cue["start"] for cue in truth["segments"] if cue["speaker"] == PRIYA)
    silent = sum(pause["end"] - pause["start"] for pause in truth["pauses"])
    worried = next(phase for phase in truth["phases"] if phase["manner"] == "worried")

    assert spoken - silent >= 40
    assert len(truth["filled_pauses"]) >= 4
    for hesitation in truth["filled_pauses"] + truth["pauses"]:
        assert worried["start"] <= hesitation["start"] < hesitation["end"] <= worried["end"] + 0.01


def test_the_worried_part_is_quieter_and_shows_in_the_face(timeline: Timeline, truth: Any) -> None:
    phases = {phase["manner"]: phase for phase in truth["phases"] if phase["speaker"] == PRIYA}
    sound, worry = timeline.sounds[PRIYA], truth["au"][PRIYA]["AU4"]

    assert _level(sound, phases["worried"]) < _level(sound, phases["calm"]) < _level(sound, phases["warm"])
    assert _mean(worry, phases["worried"], truth["fps"]) > 0.5
    assert _mean(worry, phases["calm"], truth["fps"]) == 0


def test_only_the_own_organisations_participant_is_internal() -> None:
    rows = json.loads((RECORDINGS / "renewal_call.participants.json").read_text())["participants"]

    assert [(row["user_email"], row["internal_user"], row["host"]) for row in rows] == [
        ("dana.reyes@northwind.example", True, True),
        ("priya.shah@contoso.example", False, False),
    ]


def test_marks_in_a_line_are_performed_but_not_written() -> None:
    pieces = Synthesizer().line("~Um,~ (0.5) yes.", "en", TURNS[0].manner)

    assert voice.plain("~Um,~ (0.5) yes.") == "Um, yes."
    assert [piece.kind for piece in pieces] == ["filled", "silence", "words"]
    assert len(pieces[1].audio) == RATE_HZ // 2


def test_a_voice_that_does_not_exist_is_refused() -> None:
    with pytest.raises(voice.SpeechFailed, match="nobody"):
        Synthesizer().line("yes", "nobody", TURNS[0].manner)


def test_a_dropped_jaw_moves_the_chin_and_leaves_the_brow() -> None:
    face = Face(_portrait())

    still, open_mouth = face.draw({}, 0, (0, 0)), face.draw({"AU26": 1.0}, 0, (0, 0))

    assert np.array_equal(still[:60], open_mouth[:60])
    assert np.abs(still[120:180] - open_mouth[120:180]).mean() > 5


def test_the_same_pictures_encode_to_the_same_bytes(tmp_path: Path) -> None:
    pictures = [np.full((540, 960, 3), level, np.uint8) for level in range(0, 250, 25)]
    sound = np.sin(np.arange(RATE_HZ) / 20).astype(np.float32) * np.float32(0.5)

    film.write(tmp_path / "one.mp4", sound, pictures)
    film.write(tmp_path / "two.mp4", sound, pictures)

    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()


def _portrait() -> Portrait:
    pixels = np.random.default_rng(3).uniform(0, 255, (220, 220, 3)).astype(np.float32)
    points = {"chin": (110.0, 170.0), "in_top": (110.0, 128.0), "in_bot": (110.0, 130.0)}
    for side, sign in (("left", -1), ("right", 1)):
        places = {"mouth": (25, 129), "brow_in": (12, 70), "brow_mid": (28, 66), "brow_out": (40, 70)}
        places |= {
            "eye_in": (12, 85),
            "eye_out": (38, 85),
            "eye_top": (25, 81),
            "eye_bot": (25, 89),
            "cheek": (35, 115),
        }
        points |= {f"{name}_{side}": (110.0 + sign * x, float(y)) for name, (x, y) in places.items()}
    return Portrait(pixels, points)


def _seconds(clock: str) -> float:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _level(sound: voice.Audio, phase: Any) -> float:
    part = sound[int(phase["start"] * RATE_HZ) : int(phase["end"] * RATE_HZ)]
    return float(np.sqrt((part[np.abs(part) > 0.01] ** 2).mean()))


def _mean(curve: list[float], phase: Any, fps: int) -> float:
    return float(np.mean(curve[int(phase["start"] * fps) : int(phase["end"] * fps)]))
