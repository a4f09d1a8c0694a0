"""A clip of one short sentence is judged as a whole; recordings are not."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis_core.io.media import open_media
from analysis_core.observations import SpeechObservations, Turn
from analysis_core.options import Options
from analysis_core.speech import observe
from analysis_core.speech.clip import trim, voices
from analysis_core.speech.embedding import LONGEST_S
from analysis_core.speech.emotion import judge
from tests.support.short_recording import RECORDINGS

Sound = NDArray[np.float32]
CORPORA = Path(__file__).parents[5] / "shared" / "data" / "speech"
RATE = 16_000


@pytest.fixture(scope="module")
def sentence() -> Sound:
    """1.6 seconds of somebody speaking."""
    sound = np.concatenate(list(open_media(RECORDINGS / "renewal_call.mp4", Options()).audio()))
    return np.asarray(sound[int(33.1 * RATE) : int(34.7 * RATE)], np.float32)


def silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def test_a_sentence_of_under_two_seconds_is_one_segment_of_little_confidence(sentence: Sound) -> None:
    (segment,) = observe([silence(0.7), sentence, silence(0.7)], ()).segments

    assert segment.start_s == pytest.approx(0.7, abs=0.1)
    assert segment.end_s == pytest.approx(2.3, abs=0.1)
    assert segment.confidence < 0.2


def test_a_clips_sentence_is_what_the_same_sentence_is_when_measured_alone(sentence: Sound) -> None:
    clip = np.concatenate([silence(0.7), sentence, silence(0.7)])

    (segment,) = observe([clip], ()).segments

    assert dict(segment.emotions) == pytest.approx(_measured(clip), abs=1e-4)


@pytest.mark.parametrize("size", [1_000, 512 * 32])
def test_a_clip_may_come_in_pieces(sentence: Sound, size: int) -> None:
    clip = np.concatenate([silence(0.7), sentence, silence(0.7)])

    whole = observe([clip], ()).segments

    assert observe((clip[at : at + size] for at in range(0, len(clip), size)), ()).segments == whole


def test_a_short_sentence_in_a_longer_recording_is_no_segment(sentence: Sound) -> None:
    assert observe([silence(6), sentence, silence(6)], ()).segments == ()


def test_a_word_is_too_little_to_judge(sentence: Sound) -> None:
    assert observe([silence(1), sentence[:6000], silence(1)], ()).segments == ()


def test_two_voices_in_one_clip_are_not_taken_as_one(sentence: Sound) -> None:
    turns = [Turn(0, 1.4, "Ann"), Turn(1.4, 3, "Bob")]

    assert observe([silence(0.7), sentence, silence(0.7)], turns).segments == ()


def test_words_far_apart_are_no_sentence(sentence: Sound) -> None:
    parts = [sentence, silence(6), sentence[: RATE // 2]]

    assert observe(parts, ()).segments == ()


def test_acted_sentences_are_heard_as_they_are_measured_for_the_model_card() -> None:
    clips = _acted()

    same = [_most(_shares(observe([clip], ()))) == _most(_measured(clip)) for clip in clips]

    assert np.mean(same) >= 0.9


def _acted() -> Sequence[Sound]:
    """Thirty clips of each corpus."""
    if not CORPORA.is_dir():
        pytest.skip("shared/data is not here")
    with (CORPORA / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = {corpus: [row["file"] for row in rows if row["corpus"] == corpus] for corpus in ("emodb", "ravdess_a")}
    chosen = [name for files in names.values() for name in files[:: max(1, len(files) // 30)]]
    return [np.concatenate(list(open_media(CORPORA / name, Options()).audio())) for name in chosen]


def _measured(clip: Sound) -> dict[str, float]:
    (segment,) = judge(voices(trim(clip), LONGEST_S), ["clip"])
    return dict(segment.emotions)


def _shares(heard: SpeechObservations) -> dict[str, float]:
    """The mean of the segments; nothing where there are none."""
    rows = [segment.emotions for segment in heard.segments]
    return {name: float(np.mean([row[name] for row in rows])) for name in (rows[0] if rows else ())}


def _most(shares: dict[str, float]) -> str:
    return max(shares, key=lambda name: shares[name], default="")
