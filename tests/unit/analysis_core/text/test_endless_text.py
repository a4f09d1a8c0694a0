"""Text made to keep a reader busy takes time in proportion to its length."""

import time

import pytest

from analysis_core.io.transcript import read_transcript
from analysis_core.io.turns import named
from analysis_core.text.markers import find
from analysis_core.text.sentences import passages, sentences

_SIZE = 100_000


@pytest.mark.parametrize("part", [". ", '."', "a", "a,", "um, ", "not if ", "x-, ", "a\n", "&amp;", "0:01 "])
def test_repetition_without_end_is_read_in_no_time(part: str) -> None:
    raw = f"Dana: {part * (_SIZE // len(part))}".encode()
    began = time.process_time()

    transcript = read_transcript(raw)
    for passage in passages(named(transcript), transcript.timed):
        for _, sentence in sentences(passage):
            find(sentence.text)

    assert time.process_time() - began < 10
