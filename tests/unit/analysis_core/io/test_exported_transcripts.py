"""Transcripts with times as programs export them, and texts without times that mention the clock."""

from textwrap import fill

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from analysis_core.errors import TranscriptUnreadable
from analysis_core.io.transcript import read_transcript

THREE = [("Dana Smith", "Hello there.", 3.0), ("Bob", "Hi, at 10:30.", 8.0), ("Dana Smith", "Fine", 72.0)]
FORMS = {
    "name above": "{name}   {short}\n{text}\n",
    "name above, tightly": "{name} ({short})\n\n{text}\n",
    "name above, with a colon": "{name} ({long}):\n{text}\n",
    "name above, in Markdown": "### {name} \u2014 {short}\n\n{text}\n",
    "name in brackets": "[{name}] {long}\n{text}\n",
    "name and time before": "{name} ({short}): {text}",
    "name and time before, bare": "**{name}** [{long}]: {text}",
    "name and span before": "[{name}] {short} - {later}: {text}",
    "time before": "{short} {name}: {text}",
    "time in brackets before": "[{long}] {name}: {text}\n",
    "time in Markdown before": "**({short}) {name}:** {text}\n",
    "time and name above": "{short} | {name}\n{text}\n",
    "time above": "{long}\n{name}: {text}\n",
    "short time above": "{short}\n{name}: {text}\n",
    "name above time above": "{name}\n{short}\n{text}\n",
    "name above time above, both ways": "{name}\n0 minutes 3 seconds\n{short}\n{text}\n",
    "time above name above": "{long}\n{name}\n{text}\n",
    "span before": "[{long}.000 --> {later}.000] {name}: {text}",
}


def _stamp(at: float, hours: bool) -> str:
    minutes, seconds = divmod(int(at), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _read(text: str) -> list[tuple[str | None, str, float]]:
    transcript = read_transcript(text.encode())
    assert transcript.timed
    return [(cue.speaker, cue.text, cue.start_s) for cue in transcript.cues]


def _untimed(text: str) -> list[tuple[str | None, str]]:
    transcript = read_transcript(text.encode())
    assert not transcript.timed
    return [(cue.speaker, cue.text) for cue in transcript.cues]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("title", ["", "Weekly\nJanuary 1, 2024, 10:00AM\nAttendees: Dana Smith, Bob\n\n"])
def test_names_and_times_are_found_however_they_are_put(form: str, title: str) -> None:
    text = title + "\n".join(
        form.format(name=name, text=said, short=_stamp(at, False), long=_stamp(at, True), later=_stamp(at + 2, True))
        for name, said, at in THREE
    )

    assert _read(text) == THREE


def test_what_a_recogniser_prints_has_both_times() -> None:
    transcript = read_transcript(b"[00:00:01.000 --> 00:00:03.500]  Hello there\n[00:00:03.500 --> 00:00:05.000]  Hi\n")

    assert [(cue.start_s, cue.end_s, cue.text) for cue in transcript.cues] == [(1, 3.5, "Hello there"), (3.5, 5, "Hi")]


def test_speeches_that_share_a_time_follow_each_other() -> None:
    text = "Transcript\n00:00:00\nDana Smith: Hello\nBob: Hi\nthere\n00:05:00\nDana Smith: later\n00:05:03\nBob: yes\n"

    assert _read(text) == [
        ("Dana Smith", "Hello", 0.0),
        ("Bob", "Hi there", 2.0),
        ("Dana Smith", "later", 300.0),
        ("Bob", "yes", 303.0),
    ]


def test_captions_with_a_time_in_each_other_line_are_nobodys() -> None:
    assert _read("0:00\nhello\nand welcome\n0:05\nso this is\n0:09\nit\n") == [
        (None, "hello and welcome", 0.0),
        (None, "so this is", 5.0),
        (None, "it", 9.0),
    ]


def test_a_clock_with_halves_of_the_day_is_read() -> None:
    assert [row[2] for row in _read("Dana Smith 11:59 AM\nHello\nBob 12:01 PM\nHi\nBob 1:02:03 PM\nBye\n")] == [
        43140.0,
        43260.0,
        46923.0,
    ]


@pytest.mark.parametrize(
    "date", ["1. Januar 2024, 10:00", "1 janvier 2024 10:00", "01/02/2024 10:00", "2024\u5e741\u67081\u65e5 10:00"]
)
@pytest.mark.parametrize(
    ("started", "stopped"),
    [
        ("Jane Doe started transcription", "Jane Doe stopped transcription"),
        ("Jane Doe hat die Transkription gestartet", "Jane Doe hat die Transkription beendet"),
        ("Jane Doe a démarré la transcription", "Jane Doe a arrêté la transcription"),
        ("Jane Doe inició la transcripción", "Jane Doe detuvo la transcripción"),
    ],
)
def test_neither_the_meetings_date_nor_its_notices_are_speech(date: str, started: str, stopped: str) -> None:
    text = f"Besprechung\n{date}\n30m 12s\n{started}\nJohn Smith   0:03\nHello.\nJane Doe   0:10\nHi.\n{stopped}\n"

    assert _read(text) == [("John Smith", "Hello.", 3.0), ("Jane Doe", "Hi.", 10.0)]


def test_what_is_said_before_the_first_time_is_kept() -> None:
    text = "Weekly call\nThis call was recorded.\nDana: before.\n[00:03] Dana: Hello\n[00:08] Bob: Hi\n"

    assert [row[:2] for row in _read(text)] == [
        (None, "This call was recorded."),
        ("Dana", "before."),
        ("Dana", "Hello"),
        ("Bob", "Hi"),
    ]


def test_times_at_the_end_of_speeches_are_no_heads() -> None:
    lines = [(("Dana", "Bob")[number % 2], f"This is what I say, number {number}.") for number in range(12)]
    lines[3], lines[9] = ("Bob", "Could we meet tomorrow at 10:30"), ("Bob", "Or on Friday at 11:15")

    assert _untimed("\n".join(f"{name}: {text}" for name, text in lines)) == lines


def test_times_at_the_start_of_wrapped_lines_are_no_heads() -> None:
    text = "Dana: Could we meet\n9:15 works too.\nBob: Or\n10:15 is better.\nDana: Yes, or\n11:15\nBob: ok\n"

    assert _untimed(text) == [
        ("Dana", "Could we meet 9:15 works too."),
        ("Bob", "Or 10:15 is better."),
        ("Dana", "Yes, or 11:15"),
        ("Bob", "ok"),
    ]


def test_prose_that_mentions_the_clock_is_untimed() -> None:
    assert len(_untimed("We meet at 10:30\nand then again at 11:45\nbefore we go\n12:30 is lunch\n")) == 4


_CLOCK = some.tuples(some.integers(1, 12), some.integers(0, 59)).map(lambda time: f"{time[0]}:{time[1]:02}")
_WORDS = some.sampled_from(
    ["we", "meet", "on", "Friday", "at", "perhaps", "Dana", "works", "the price is", "yes.", "No,"]
)
_TEXT = some.lists(_WORDS | _CLOCK, min_size=2, max_size=12).map(" ".join)
_LINES = some.lists(some.tuples(some.sampled_from(["Dana", "Bob Jones", "J. Smith"]), _TEXT), min_size=4, max_size=30)


@given(_LINES)
@settings(max_examples=150, deadline=None)
def test_no_word_of_an_untimed_text_is_lost_or_given_to_another(lines: list[tuple[str, str]]) -> None:
    assert _untimed("\n".join(f"{name}: {text}" for name, text in lines)) == lines


@given(_LINES, some.integers(20, 80))
@settings(max_examples=150, deadline=None)
def test_no_word_of_a_wrapped_text_is_lost_or_given_to_another(lines: list[tuple[str, str]], width: int) -> None:
    lines = [("Dana", "Hello, Bob."), ("Bob Jones", "Hi, Dana."), *lines]

    assert _untimed("\n".join(fill(f"{name}: {text}", width) for name, text in lines)) == lines


@given(
    some.text(some.sampled_from("aB 0:1-[]().|>\n\t\u00e9#*,"), max_size=200) | some.text(max_size=100) | some.binary()
)
@settings(max_examples=150, deadline=None)
def test_anything_gives_cues_in_order_or_a_clear_refusal(content: str | bytes) -> None:
    raw = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    try:
        cues = read_transcript(raw).cues
    except TranscriptUnreadable:
        return

    assert cues
    assert all(0 <= cue.start_s <= cue.end_s for cue in cues)
    assert [cue.start_s for cue in cues] == sorted(cue.start_s for cue in cues)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-8-sig"])
def test_text_is_read_in_each_unicode_encoding_with_and_without_a_mark(encoding: str) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nŁucja: 你好 here\n"

    transcript = read_transcript(text.encode(encoding))

    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [("Łucja", "你好 here")]
    assert transcript.warnings == ()


def test_text_in_an_old_encoding_is_read_with_a_warning() -> None:
    transcript = read_transcript("José: Grüße\nAnna: hi\n".encode("cp1252"))

    assert transcript.cues[0].speaker == "José"
    assert transcript.warnings == (
        "The text is not in UTF-8: it was read as Windows-1252, and letters with accents may be wrong.",
    )
