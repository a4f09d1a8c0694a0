"""Who speaks: names as people write them, and sentences that only look as if they began with one."""

import pytest

from analysis_core.io.transcript import read_transcript

NAMES = (
    "Dr. Anna Weber", "J. Smith", "John Q. Public", "Robert Downey, Jr.", "Mr. X", "St. John", "Anna of Acme",
    "Ali ibn Sina", "Ana María de la Cruz", "iPhone", "eBay Support", "j.smith", "dana", "user123", "k8s-bot", "x",
    "dana@acme.com", "+1 415-555-0100", "Dana \U0001f600", "(Guest) Bob", "Bob @ Acme (he/him)", "李雷", "O'Neil",
    "He Wei", "Conference Room 3 - Building B, Floor 2 (West Wing) East Side", "ACME Sales Inc.", "Anna & Bob",
    "SPEAKER_00",
)  # fmt: skip
SENTENCES = (
    "Price: two hundred",
    "At 10: we meet",
    "The point is: go",
    "So: yes",
    "and then he said: no",
    "Note: late",
)


def _vtt(*texts: str) -> bytes:
    timed = (f"00:00:{number:02}.000 --> 00:00:{number + 1:02}.000\n{text}\n" for number, text in enumerate(texts))
    return "\n".join(("WEBVTT\n", *timed)).encode()


def _said(raw: bytes) -> list[tuple[str | None, str]]:
    return [(cue.speaker, cue.text) for cue in read_transcript(raw).cues]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("form", ["vtt", "text"])
def test_who_speaks_once_is_known_among_others(name: str, form: str) -> None:
    lines = ("Kim Lee: hello there", f"{name}: good morning.", "Kim Lee: fine")

    said = _said(_vtt(*lines) if form == "vtt" else "\n".join(lines).encode())

    assert said == [("Kim Lee", "hello there"), (name, "good morning."), ("Kim Lee", "fine")]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_with_a_colon_is_nobody(sentence: str) -> None:
    said = _said(_vtt("Kim Lee: one", "Dana: two", "Kim Lee: three", sentence, "Dana: four"))

    assert said[3] == (None, sentence)


def test_people_called_like_a_heading_are_known_when_they_come_back() -> None:
    assert [speaker for speaker, _ in _said(_vtt("Price: hello", "Dana: hi", "Price: bye"))] == [
        "Price",
        "Dana",
        "Price",
    ]


def test_names_in_small_letters_are_not_looked_for_in_captions_of_nobody() -> None:
    lines = ("so here is", "one thing: it is late", "and we", "go on", "until ten")

    assert all(speaker is None for speaker, _ in _said(_vtt(*lines)))


def test_lines_without_a_name_go_on_with_the_speech_before_them() -> None:
    assert _said(b"Dana: Hello, this is\na long line: wrapped.\nBob: Hi\nthere\n\nDana: ok\n") == [
        ("Dana", "Hello, this is a long line: wrapped."),
        ("Bob", "Hi there"),
        ("Dana", "ok"),
    ]


def test_nobody_is_given_the_words_of_somebody_who_may_be_named_once() -> None:
    lines = b"Dana: Hello and\nmany\nmore words\nsam: hi\nthere\nDana: [well]\n(laughs)\n"

    assert _said(lines) == [
        ("Dana", "Hello and many more words"),
        (None, "sam: hi"),
        (None, "there"),
        ("Dana", "[well]"),
        (None, "(laughs)"),
    ]


@pytest.mark.parametrize("colon", [":", ""])
def test_names_in_lines_of_their_own_say_what_stands_below_them(colon: str) -> None:
    text = "Weekly\n\nDana Smith#\nHello everyone.\nShall we?\n\nBob Jones#\nYes.\n\nDana Smith#\nGood\n"

    assert _said(text.replace("#", colon).encode()) == [
        (None, "Weekly"),
        ("Dana Smith", "Hello everyone. Shall we?"),
        ("Bob Jones", "Yes."),
        ("Dana Smith", "Good"),
    ]


def test_answers_in_lines_of_their_own_are_no_names() -> None:
    assert all(speaker is None for speaker, _ in _said(b"Okay\nso we begin\nRight\nthen we go\nOkay\nfine\n"))
