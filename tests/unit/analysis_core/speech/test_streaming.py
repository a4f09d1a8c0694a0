"""The stream is cut into windows, segments and turns without loss."""

import numpy as np
import pytest

from analysis_core.observations import Turn
from analysis_core.speech.cutter import LONGEST, SHORTEST, Cutter
from analysis_core.speech.detection import STEP_S, runs, tidy
from analysis_core.speech.floor import NOBODY, Floor
from analysis_core.speech.pauses import pauses
from analysis_core.speech.windows import CONTEXT, WINDOW, windows


@pytest.mark.parametrize("size", [1_000, 80_000, 500_000])
def test_windows_give_back_the_stream_whatever_the_blocks(size: int) -> None:
    sound = np.random.default_rng(1).standard_normal(2 * WINDOW + 12_345).astype(np.float32)

    cut = list(windows(sound[at : at + size] for at in range(0, len(sound), size)))

    joined = np.concatenate([window.core for window in cut])
    assert np.array_equal(joined[: len(sound)], sound)
    assert not joined[len(sound) :].any()
    assert len(joined) - len(sound) < 512


def test_a_windows_context_is_what_surrounds_it() -> None:
    sound = np.arange(3 * WINDOW, dtype=np.float32)

    _, second, _ = windows([sound])

    assert np.array_equal(second.audio, sound[WINDOW - CONTEXT : 2 * WINDOW + CONTEXT])


def test_no_audio_gives_no_window() -> None:
    assert list(windows([])) == []


def test_short_gaps_close_and_short_bursts_vanish() -> None:
    flags = np.zeros(100, bool)
    flags[10:30] = flags[32:50] = flags[70:73] = True

    assert runs(tidy(flags)).tolist() == [[10, 50]]


def test_segments_are_two_to_eight_seconds_of_one_speaker_and_prefer_to_end_at_a_pause() -> None:
    labels = np.full(1000, NOBODY, np.int16)
    labels[0:200], labels[212:500] = 0, 0
    labels[500:560], labels[600:700] = 1, 0

    cutter = Cutter()
    pieces = [piece for at in range(0, 1000, 320) for piece in cutter(labels[at : at + 320], at)] + cutter.finish()

    assert pieces[0] == (0, 200, 0)
    assert [piece[2] for piece in pieces] == [0, 0, 0, 0]
    assert all(SHORTEST <= end - start <= LONGEST for start, end, _ in pieces)


def test_the_floor_belongs_to_the_turn_that_began_last_and_spreads_to_what_lies_near() -> None:
    floor = Floor([Turn(0, 10, "Ann"), Turn(4, 5, "Bob"), Turn(20, 21, "Bob")], "Speaker 1")

    def at(second: float) -> int:
        return int(floor.labels(round(second / STEP_S), round(second / STEP_S) + 1)[0])

    assert [floor.names[at(second)] for second in (1, 4.5, 7, 11, 19, 22)] == ["Ann", "Bob", "Ann", "Ann", "Bob", "Bob"]
    assert at(15) == NOBODY
    assert at(99) == NOBODY


def test_a_silence_before_another_voice_is_a_response_and_before_the_same_voice_a_pause() -> None:
    found = pauses([(0.0, 2.0, "Ann"), (2.5, 3.0, "Ann"), (4.0, 5.0, "Bob"), (5.1, 6.0, "Ann"), (30.0, 31.0, "Bob")])

    assert [(pause.start_s, pause.end_s, pause.speaker, pause.kind) for pause in found] == [
        (2.0, 2.5, "Ann", "within"),
        (3.0, 4.0, "Bob", "response"),
    ]
