"""A stream asked again and again tells what the whole tells, and asking does not become dearer."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from analysis_core.io.media import open_media
from analysis_core.live_parts import Ears
from analysis_core.observations import SpeechObservations, SpeechSegment
from analysis_core.options import Options
from analysis_core.speech import summary
from analysis_core.speech.frames import Frames

ROOT = Path(__file__).resolve().parents[4]
CALL = ROOT.parent / "shared" / "data" / "meetings" / "calls" / "agent1.flac"
RATE = 16_000
ASKED_EVERY_S = 5
SERIES = (
    "speech_share",
    "pitch_hz",
    "pitch_range_st",
    "voiced_share",
    "energy_db",
    "jitter",
    "hnr_db",
    "syllable_rate",
)


@pytest.fixture(scope="module")
def ears() -> Ears:
    """Three minutes of a call, asked every five seconds."""
    if not CALL.exists():
        pytest.skip("shared/data is not here")
    sound = np.concatenate(list(open_media(CALL, Options()).audio()))
    ears = Ears("Dana")
    for start in range(0, len(sound), ASKED_EVERY_S * RATE):
        ears.hear(sound[start : start + ASKED_EVERY_S * RATE], None)
        ears.so_far()
    return ears


@pytest.fixture(scope="module")
def both(ears: Ears) -> tuple[SpeechObservations, SpeechObservations]:
    return ears.so_far(), ears.finished()


@pytest.mark.parametrize("name", SERIES)
def test_settled_seconds_are_those_of_the_whole(both: tuple[SpeechObservations, SpeechObservations], name: str) -> None:
    so_far, whole = both
    known = so_far.seconds - 2

    assert known > 150
    np.testing.assert_allclose(getattr(so_far, name)[:known], getattr(whole, name)[:known], rtol=1e-4)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(lambda heard: list(heard.speech), id="speech"),
        pytest.param(lambda heard: [(one.start_s, one.end_s) for one in heard.pauses], id="pauses"),
        pytest.param(lambda heard: [(one.start_s, one.end_s) for one in heard.segments], id="segments"),
        pytest.param(lambda heard: [(one.start_s, one.end_s) for one in heard.filled_pauses], id="filled pauses"),
    ],
)
def test_stretches_are_those_of_the_whole(
    both: tuple[SpeechObservations, SpeechObservations],
    place: Callable[[SpeechObservations], list[tuple[float, float]]],
) -> None:
    so_far, whole = (place(heard) for heard in both)

    assert len(so_far) == len(whole)
    assert np.ravel(so_far).tolist() == pytest.approx(np.ravel(whole).tolist())


def test_no_more_than_a_minute_is_looked_at_again(ears: Ears, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[float] = []
    summarise = summary.summarise

    def watched(
        frames: Frames, names: Sequence[str], segments: tuple[SpeechSegment, ...], length_s: float
    ) -> SpeechObservations:
        looked_at.append(length_s)
        return summarise(frames, names, segments, length_s)

    monkeypatch.setattr(summary, "summarise", watched)
    ears.so_far()

    assert ears.analysed_s > 180
    assert len(looked_at) == 1
    assert looked_at[0] < 70
