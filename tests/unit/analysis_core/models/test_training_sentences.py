"""Sentences that the teacher is asked about, made of rated ones."""

import numpy as np

from analysis_core.models.training.calibration import expected, platt
from analysis_core.models.training.student.variants import near, variants

_SENTENCES = ["A good year for the whole of our small team, she said.", "War!", "The price is too high for us."]
_NEAR = {"good": ["bad"], "year": ["decade"], "price": ["cost"], "high": ["low"], "said": ["told"], "war": ["peace"]}


def test_near_words_are_whole_words_and_never_the_word_itself() -> None:
    words = ["good", "better", "##ing", "war", "wars", "x", "Good"]
    vectors = np.array([[1, 0], [0.9, 0.1], [1, 0], [-1, 0.2], [-0.9, 0.1], [1, 0], [1, 0]], np.float32)

    found = near(words, vectors)

    assert list(found) == ["good", "better", "war", "wars"]
    assert found["good"][0] == "better"
    assert all(word not in others for word, others in found.items())


def test_six_variants_of_each_sentence_are_the_same_every_time() -> None:
    made = variants(_SENTENCES, _NEAR)

    assert len(made) == 6 * len(_SENTENCES)
    assert made == variants(_SENTENCES, _NEAR)


def test_words_give_way_to_near_ones_in_their_own_spelling_and_the_rest_stands() -> None:
    reworded = variants(["War is bad."] * 40, {"war": ["peace"]})[: 4 * 40]

    assert {"War is bad.", "Peace is bad."} == set(reworded)


def test_a_short_sentence_is_not_cut_and_a_long_one_loses_its_ends_only() -> None:
    cut = variants(_SENTENCES, {})[4 * len(_SENTENCES) : 5 * len(_SENTENCES)]

    assert cut[1] == "War!"
    assert cut[0] in _SENTENCES[0]
    assert 4 <= len(cut[0].split()) < len(_SENTENCES[0].split())


def test_honest_logits_give_the_share_that_is_true() -> None:
    chance = np.random.default_rng(0)
    logits = chance.normal(0, 2, 4000).astype(np.float32)
    true = chance.random(4000) < 1 / (1 + np.exp(-(0.5 * logits - 1)))

    slope, shift = platt(logits, true)

    assert abs(slope - 0.5) < 0.08
    assert abs(shift + 1) < 0.15


def test_what_tells_nothing_of_a_rating_is_drawn_to_the_middle() -> None:
    chance = np.random.default_rng(0)
    said, rated = (chance.normal(0, 1, 2000).astype(np.float32) for _ in range(2))

    slope, _ = expected(said, rated)

    assert abs(slope) < 0.1
    assert abs(expected(said, 3 * said + 1)[0] - 3) < 1e-4
