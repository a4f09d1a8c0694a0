"""What becomes of a transcript whose times are not those of the recording."""

import wave
from pathlib import Path

import pytest

from analysis_core import Options, analyse
from analysis_core.models.catalogue import catalogue
from analysis_core.models.store import path_of

SECONDS = 12
CAPTIONS = (
    b"[Dana Smith] 10:31:02\nHello everyone, thank you for coming.\n\n"
    b"[Bob] 10:31:06\nHi Dana, good to see you.\n\n"
    b"[Dana Smith] 10:31:20\nLet us start.\n"
)
NO_TIMES = "The transcript's times are no times of the recording: its first words were taken to be at the start."

pytestmark = pytest.mark.skipif(
    not all(path_of(catalogue()[name]).exists() for name in ("silero-vad", "speech-embedding")),
    reason="the models are not built",
)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Silence, long enough for two of the three captions."""
    path = tmp_path / "call.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * 16_000 * SECONDS))
    return path


def test_captions_by_the_clock_begin_with_the_recording(recording: Path) -> None:
    result = analyse(recording, transcript=CAPTIONS, options=Options(transcribe=False))

    assert [(row.speaker, row.start_s) for row in result.sentences] == [("Dana Smith", 0.0), ("Bob", 4.0)]
    assert [warning for warning in result.warnings if "times" in warning] == [NO_TIMES]
    assert any("goes on for 8 s after the recording ends" in warning for warning in result.warnings)


def test_captions_by_the_clock_are_read_without_a_recording() -> None:
    result = analyse(None, transcript=CAPTIONS)

    assert [row.start_s for row in result.sentences] == [0.0, 4.0, 18.0]
    assert result.duration_s == 20.0
    assert NO_TIMES in result.warnings


def test_a_transcript_without_words_in_the_recording_is_left_aside(recording: Path) -> None:
    raw = b"WEBVTT\n\n00:01.000 --> 00:02.000\n\n00:40.000 --> 00:42.000\nDana: late\n"

    result = analyse(recording, transcript=raw, options=Options(transcribe=False))

    assert not result.sentences
    assert "The transcript was left aside: none of its words lie within the recording." in result.warnings


def test_what_may_have_been_misread_is_told() -> None:
    result = analyse(None, transcript="José: Hello there, how are you?\n".encode("cp1252"))

    assert any("Windows-1252" in warning for warning in result.warnings)
