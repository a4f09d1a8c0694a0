"""What sentences convey, by the real model."""

import numpy as np
import pytest

from analysis_core.errors import ModelMissing
from analysis_core.models import weights
from analysis_core.observations import Cue, Transcript
from analysis_core.text.affect import Feeling, judge
from analysis_core.text.encoder import DIMENSIONS, EMOTIONS, MODEL, encode
from analysis_core.text.observe import observe


@pytest.fixture(scope="module", autouse=True)
def model() -> None:
    try:
        weights(MODEL)
    except ModelMissing as missing:
        pytest.skip(str(missing))


def felt(*sentences: str) -> list[Feeling]:
    return judge(encode(sentences))


def likeliest(sentence: str) -> str:
    (feeling,) = felt(sentence)
    return max(feeling.emotions, key=lambda name: feeling.emotions[name])


def test_praise_is_more_pleasant_than_a_plain_fact_and_a_complaint_less() -> None:
    praise, fact, complaint = felt(
        "Your team has been wonderful, we are delighted with the result.",
        "The invoice is dated the third of March.",
        "This rollout has been a disaster and it cost us two customers.",
    )

    assert praise.valence > fact.valence + 0.1
    assert fact.valence > complaint.valence + 0.1


def test_excitement_is_more_aroused_than_routine() -> None:
    excited, routine = felt("This is incredible, we have to start right now!", "We keep the minutes in that folder.")

    assert excited.arousal > routine.arousal + 0.1


def test_deciding_is_more_dominant_than_helplessness() -> None:
    deciding, helpless = felt("I make this decision, and it is final.", "I am lost, and there is nothing I can do.")

    assert deciding.dominance > helpless.dominance + 0.1


@pytest.mark.parametrize(
    ("sentence", "emotion"),
    [
        ("I am furious about how this was handled!", "anger"),
        ("That is disgusting.", "disgust"),
        ("I'm really afraid that we will lose the account.", "fear"),
        ("Thank you so much, that makes me very happy!", "joy"),
        ("I was heartbroken when they closed the office.", "sadness"),
        ("Wow, I never would have guessed that!", "surprise"),
        ("The meeting is at ten in room four.", "neutral"),
    ],
)
def test_a_plain_emotion_is_the_likeliest(sentence: str, emotion: str) -> None:
    assert likeliest(sentence) == emotion


def test_everything_is_within_its_range() -> None:
    rows = felt("I hate this!!!", "?", "word " * 400, "Größe, naïve, 価格", "I love it. " * 30)

    for row in rows:
        assert all(0 <= getattr(row, name) <= 1 for name in DIMENSIONS)
        assert tuple(row.emotions) == EMOTIONS
        assert all(0 <= value <= 1 for value in row.emotions.values())


def test_the_same_sentence_gives_the_same_figures_whatever_stands_beside_it() -> None:
    said = [f"We could not agree on {'the price of ' * count}it, could we?" for count in range(12)]
    alone = np.concatenate([encode([sentence]) for sentence in said])

    assert np.array_equal(alone, encode(said))
    assert np.array_equal(alone, encode(said * 9)[-12:])
    assert np.array_equal(alone[::-1], encode(said[::-1]))


def test_padding_that_somebody_wrote_is_as_good_as_silence() -> None:
    (row,) = felt("[PAD] [PAD]")

    assert 0 <= row.valence <= 1


def test_progress_is_told_up_to_the_last_sentence() -> None:
    told: list[int] = []

    encode(["One.", "This one is quite a bit longer than the first.", *["Three."] * 40], told.append)

    assert told == sorted(set(told))
    assert len(told) > 2
    assert told[-1] == 42


def test_observed_sentences_carry_what_they_convey() -> None:
    cues = [Cue(0.0, 4.0, "Ana", "That is fantastic news! The contract ends in May.")]

    found = observe(cues, Transcript(tuple(cues), "vtt")).sentences

    assert [row.valence is not None for row in found] == [True, True]
    assert (found[0].valence or 0) > (found[1].valence or 1)
