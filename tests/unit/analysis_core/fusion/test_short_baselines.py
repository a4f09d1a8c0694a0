"""Baselines of people who hardly speak."""

import numpy as np
import pytest

from analysis_core import analyse
from analysis_core.fusion.baseline import baseline, z_scores


def test_two_observed_seconds_have_a_baseline_between_them() -> None:
    found = baseline(np.array([1.0, 3.0, np.nan]), np.ones(3), 1.0)

    assert found
    assert found.centre == 2.0


def test_no_seconds_have_no_scores() -> None:
    nothing = np.zeros(0)

    assert z_scores(nothing, nothing, nothing, 1.0).shape == (0,)


@pytest.mark.parametrize(
    "words", [b"Dana: hello", b"just words", "Sam: I, um, think so.\nDana: Maybe.".encode("utf-16")]
)
def test_words_without_times_give_a_result(words: bytes) -> None:
    result = analyse(None, transcript=words)

    assert result.trust_score is None
    assert result.credibility_signal == ()
    assert result.sentences
