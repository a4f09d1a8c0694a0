"""One judgement of a voice, told in several vocabularies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_core.emotion import overall, timeline, view
from analysis_core.emotion.views import SIZES, Place

HEARD = ("anger", "boredom", "disgust", "fear", "joy", "neutral", "sadness")
UNIT = st.floats(0, 1)


def _heard(**shares: float) -> dict[str, float]:
    return dict.fromkeys(HEARD, 0.0) | shares


@pytest.mark.parametrize("size", SIZES)
@given(shares=st.lists(UNIT, min_size=7, max_size=7), valence=UNIT, arousal=UNIT, dominance=UNIT)
def test_shares_add_up_to_one_in_every_vocabulary(
    size: int, shares: list[float], valence: float, arousal: float, dominance: float
) -> None:
    told = view(dict(zip(HEARD, shares, strict=True)), Place(valence, arousal, dominance), size)

    assert len(told.shares) == size
    assert sum(told.shares.values()) == pytest.approx(1)
    assert min(told.shares.values()) >= 0
    assert told.confidence == max(told.shares.values()) == told.shares[told.emotion]
    assert set(told.derived) <= set(told.shares)


@pytest.mark.parametrize(
    ("heard", "at", "size", "expected"),
    [
        ("anger", Place(0.3, 0.8, 0.6), 14, "angry"),
        ("anger", Place(0.3, 0.4, 0.6), 14, "frustrated"),
        ("joy", Place(0.8, 0.9, 0.6), 14, "excited"),
        ("joy", Place(0.8, 0.2, 0.6), 14, "content"),
        ("joy", Place(0.8, 0.55, 0.6), 14, "happy"),
        ("fear", Place(0.2, 0.9, 0.2), 14, "fearful"),
        ("fear", Place(0.3, 0.4, 0.3), 14, "anxious"),
        ("disgust", Place(0.3, 0.4, 0.9), 14, "contempt"),
        ("disgust", Place(0.3, 0.4, 0.4), 14, "disgusted"),
        ("neutral", Place(), 14, "neutral"),
        ("neutral", Place(arousal=0.2), 8, "calm"),
        ("boredom", Place(arousal=0.3), 7, "sleepy"),
        ("boredom", Place(arousal=0.3), 4, "neutral"),
        ("fear", Place(), 5, "nervous"),
    ],
)
def test_arousal_valence_and_dominance_tell_related_emotions_apart(
    heard: str, at: Place, size: int, expected: str
) -> None:
    assert view(_heard(**{heard: 1.0}), at, size).emotion == expected


def test_what_a_vocabulary_has_no_name_for_is_left_out_or_says_nothing() -> None:
    assert view(_heard(fear=0.6, joy=0.3, neutral=0.1), Place(), 4).shares["happy"] == pytest.approx(0.75)

    nothing = view(_heard(disgust=1.0), Place(), 4)
    assert (nothing.emotion, nothing.confidence) == ("neutral", 0.25)


def test_an_unknown_vocabulary_is_refused() -> None:
    with pytest.raises(ValueError, match="6 emotions"):
        view(_heard(joy=1.0), Place(), 6)


def _segment(start: float, end: float, speaker: str = "A", confidence: float = 0.5, **shares: float) -> dict[str, Any]:
    place = {"valence": 0.5, "arousal": 0.6, "dominance": 0.5}
    return {
        "start_s": start,
        "end_s": end,
        "speaker": speaker,
        "confidence": confidence,
        "emotions": _heard(**shares),
        **place,
    }


RESULT: dict[str, Any] = {
    "duration_s": 17.2,
    "voice_segments": [
        _segment(1.0, 6.0, joy=1.0),
        _segment(6.0, 9.0, anger=1.0),
        _segment(15.5, 17.0, "B", sadness=1.0),
    ],
}


def test_each_interval_tells_what_is_heard_in_it_and_silence_tells_nothing() -> None:
    moments = timeline(RESULT, 4)

    assert [moment.start_s for moment in moments] == [0.0, 5.0, 10.0, 15.0]
    assert [moment.view and moment.view.emotion for moment in moments] == ["happy", "angry", None, "sad"]
    assert moments[1].view
    assert moments[1].view.shares["happy"] == pytest.approx(0.25)
    assert len(timeline(RESULT, 7, interval_s=1.0)) == 18


def test_the_whole_is_weighted_by_length_and_can_be_one_speakers() -> None:
    whole, other = overall(RESULT, 4), overall(RESULT, 4, "B")

    assert whole
    assert whole.shares["happy"] == pytest.approx(5 / 9.5)
    assert other
    assert other.emotion == "sad"
    assert overall(RESULT, 4, "nobody") is None
