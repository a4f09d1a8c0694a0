"""Transcripts as the providers really write them."""

from pathlib import Path

import pytest

from analysis_core.errors import TranscriptUnreadable
from analysis_core.io.transcript import read_transcript
from analysis_core.io.turns import ONLY_SPEAKER, UNKNOWN_SPEAKER, named, turns

ZOOM = (
    "WEBVTT\r\n\r\n"
    "1\r\n00:00:01.000 --> 00:00:03.500\r\nPriya Shah (Acme) | Ops \U0001f680: two things: price and time\r\n\r\n"
    "2\r\n00:00:03.200 --> 00:00:05.000\r\nsam@acme.example: I agree\r\n\r\n"
    "3\r\n00:00:05.000 --> 00:00:06.000\r\nand then he said: nothing to add\r\n\r\n"
    "4\r\n00:00:06.000 --> 00:00:07.000\r\n\r\n"
    "5\r\n00:00:08.000 --> 00:00:09.000\r\nPriya Shah (Acme) | Ops \U0001f680: first line\r\nsecond line\r\n"
)

TEAMS = """WEBVTT

NOTE made by hand

b2f1/4-0
-0:0:2.500 --> 0:0:1.320
<v Dana van Dyke>Hello &amp; welcome</v>

0:0:5.320 --> 0:1:2.5 align:start
<v.loud Sam>Who is
there?</v> <v Dana van Dyke>Me.</v>
"""

SRT = """1
00:00:01,000 --> 00:00:02,000
Dana: Hi there

2
00:00:02,500 --> 00:00:04,000

It is late: we should go

3
01:00:00,000 --> 01:00:01,250
DANA-LEE O'NEIL: Bye
"""


def test_every_zoom_cue_is_kept_with_its_odd_name() -> None:
    cues = read_transcript(ZOOM.encode()).cues

    assert [cue.speaker for cue in cues] == [
        "Priya Shah (Acme) | Ops \U0001f680",
        "sam@acme.example",
        None,
        None,
        "Priya Shah (Acme) | Ops \U0001f680",
    ]
    assert cues[0].text == "two things: price and time"
    assert cues[2].text == "and then he said: nothing to add"
    assert cues[3].text == ""
    assert cues[4].text == "first line second line"
    assert (cues[1].start_s, cues[1].end_s) == (3.2, 5.0)


def test_teams_cues_with_negative_and_unpadded_times_are_kept() -> None:
    transcript = read_transcript(TEAMS.encode())

    assert transcript.format == "vtt"
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [
        ("Dana van Dyke", "Hello & welcome"),
        ("Sam", "Who is there?"),
        ("Dana van Dyke", "Me."),
    ]
    assert (transcript.cues[0].start_s, transcript.cues[0].end_s) == (0.0, 1.32)
    assert transcript.cues[1].start_s == 5.32
    assert transcript.cues[2].end_s == 62.5


def test_srt_survives_a_blank_line_inside_a_cue() -> None:
    transcript = read_transcript(SRT.encode("utf-8-sig"))

    assert transcript.format == "srt"
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [
        ("Dana", "Hi there"),
        (None, "It is late: we should go"),
        ("DANA-LEE O'NEIL", "Bye"),
    ]
    assert transcript.cues[2].end_s == 3601.25


def test_plain_text_is_untimed_and_finds_its_speakers() -> None:
    transcript = read_transcript("dana: hi\nsam: hello\n\ndana: the point is: go\n".encode("utf-16"))

    assert not transcript.timed
    assert [(cue.speaker, cue.text) for cue in transcript.cues] == [
        ("dana", "hi"),
        ("sam", "hello"),
        ("dana", "the point is: go"),
    ]


@pytest.mark.parametrize(
    "raw", [b"", b" \r\n", b"WEBVTT\n", b"\x89PNG\x00\x01", b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n"]
)
def test_what_says_nothing_is_refused(raw: bytes) -> None:
    with pytest.raises(TranscriptUnreadable):
        read_transcript(raw)


def test_a_missing_transcript_is_refused_in_words() -> None:
    with pytest.raises(TranscriptUnreadable, match="cannot be read"):
        read_transcript("/nowhere/call.vtt")


def test_cues_nobody_is_named_for_are_one_person_or_unknown() -> None:
    nobody = read_transcript(b"just words\nmore words")
    some = read_transcript(b"Dana: hi\n[laughter]")

    assert {cue.speaker for cue in named(nobody)} == {ONLY_SPEAKER}
    assert [cue.speaker for cue in named(some)] == ["Dana", UNKNOWN_SPEAKER]


def test_turns_join_one_speaker_and_stop_where_the_recording_stops() -> None:
    transcript = read_transcript(ZOOM.replace("and then he said: nothing", "sam@acme.example: nothing").encode())

    joined = turns(named(transcript), end_s=8.5)

    assert [(turn.speaker.split(" ")[0], turn.start_s, turn.end_s) for turn in joined] == [
        ("Priya", 1.0, 3.5),
        ("sam@acme.example", 3.2, 6.0),
        ("Unknown", 6.0, 7.0),
        ("Priya", 8.0, 8.5),
    ]


SHARED = Path(__file__).resolve().parents[5] / "shared" / "data"
RECORDINGS = Path(__file__).resolve().parents[4] / "sandbox" / "recordings"


@pytest.mark.parametrize(
    "path", sorted([*SHARED.rglob("*.vtt"), *RECORDINGS.glob("*.vtt")]), ids=lambda path: path.name
)
def test_no_cue_of_a_recorded_meeting_is_lost(path: Path) -> None:
    found = read_transcript(path).cues

    assert len(found) == path.read_text(encoding="utf-8").count("-->")
    assert all(cue.speaker and cue.text for cue in found)


def test_no_cue_is_lost_among_thousands_of_odd_ones() -> None:
    names = ("Dana (Acme) | Sales \U0001f680", "sam@acme.example", "+1 415 555 0100", "李 明", "O'Neil, Pat")
    stamps = ("{h}:{m}:{s}.000", "{h:02}:{m:02}:{s:02},500", "{t}:{s}.5")
    lines = ["WEBVTT", ""]
    for number in range(3000):
        start, end = (
            stamps[number % 3].format(h=at // 3600, m=at % 3600 // 60, s=at % 60, t=at // 60)
            for at in (number, number + 3)
        )
        said = f"{names[number % 5]}: Line {number}" if number % 7 else f"Line {number}"
        lines += [str(number), f"{start} --> {end}", said, ""]

    found = read_transcript("\r\n".join(lines).encode()).cues

    assert len(found) == 3000
    assert {cue.speaker for cue in found} == {*names, None}
    assert [cue.text for cue in found] == [f"Line {number}" for number in range(3000)]
