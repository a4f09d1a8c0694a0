"""Sentences keep their speaker and their time, also across cues."""

import pytest

from analysis_core.io.transcript import read_transcript
from analysis_core.io.turns import named
from analysis_core.observations import Cue, TextObservations
from analysis_core.text.observe import observe
from analysis_core.text.sentences import passages, sentences

VTT = b"""WEBVTT

00:00.000 --> 00:04.000
Dana: We talked to Dr. Smith about 3.5 seats. Then we

00:04.000 --> 00:06.000
Dana: left early. Is that fine?

00:07.000 --> 00:09.000
Sam: Yes, I think so!
"""


def _observed(raw: bytes) -> TextObservations:
    transcript = read_transcript(raw)
    return observe(named(transcript), transcript)


def test_sentences_cross_cues_but_not_speakers() -> None:
    text = _observed(VTT)

    assert [(sentence.speaker, sentence.text) for sentence in text.sentences] == [
        ("Dana", "We talked to Dr. Smith about 3.5 seats."),
        ("Dana", "Then we left early."),
        ("Dana", "Is that fine?"),
        ("Sam", "Yes, I think so!"),
    ]
    assert [sentence.question for sentence in text.sentences] == [False, False, True, False]


def test_times_are_shared_out_by_length() -> None:
    text = _observed(VTT)

    starts = [sentence.start_s for sentence in text.sentences]
    assert starts[0] == 0
    assert starts[1] == pytest.approx(4 * 40 / 47, abs=0.2)
    assert starts[3] == 7
    (stance,) = [marker for marker in text.markers if marker.kind == "hedge_stance"]
    assert stance.at_s == pytest.approx(7.5, abs=0.2)


def test_untimed_text_has_sentences_without_times() -> None:
    text = _observed(b"We may wait. Or not.")

    assert [sentence.start_s for sentence in text.sentences] == [None, None]
    assert [marker.at_s for marker in text.markers] == [None]


def test_other_languages_give_sentences_but_no_markers() -> None:
    text = _observed("Wir haben uns gestern lange mit dem Vertrag und Lizenzen besch\u00e4ftigt. Er war er.".encode())

    assert len(text.sentences) == 2
    assert text.markers == ()
    assert not text.markers_read


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("What is the price", True),
        ("how much does it cost", True),
        ("Could you send it", True),
        ("What's the timeline", True),
        ("What you said is right", False),
        ("How we do it is simple", False),
        ("Are you sure.", False),
        ("We can do that", False),
    ],
)
def test_a_question_without_its_mark_is_told_by_its_words(text: str, question: bool) -> None:
    (passage,) = passages([Cue(0.0, 2.0, "Ann", text)], timed=True)

    ((_, sentence),) = sentences(passage)

    assert sentence.question is question
