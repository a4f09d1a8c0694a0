"""Reads a transcript, whatever its format."""

import codecs
from pathlib import Path

from analysis_core.errors import TranscriptUnreadable
from analysis_core.io.cues import cues, is_timing
from analysis_core.io.speakers import split_speakers
from analysis_core.observations import Cue, Transcript

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_transcript(source: str | Path | bytes) -> Transcript:
    """Read Zoom or Teams WebVTT, SRT, or plain text, from a path or from the bytes themselves.

    Raises `TranscriptUnreadable` when the file is missing, is not text, or says nothing.
    """
    text = _decoded(source if isinstance(source, bytes) else _bytes(Path(source)))
    if not text.strip():
        raise TranscriptUnreadable("The transcript is empty.")
    lines = text.splitlines()
    webvtt = lines[0].startswith("WEBVTT")
    if webvtt or any(is_timing(line) for line in lines):
        found = cues(text)
        if not any(cue.text for cue in found):
            raise TranscriptUnreadable("The transcript holds no cue with text.")
        return Transcript(found, "vtt" if webvtt else "srt")
    return _plain(lines)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TranscriptUnreadable(f"The transcript at {path} cannot be read ({error.strerror}).") from error


def _decoded(raw: bytes) -> str:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding, errors="replace")
    if b"\x00" in raw:
        raise TranscriptUnreadable("The transcript is not a text file.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _plain(lines: list[str]) -> Transcript:
    """One untimed cue a line that says something; speakers where lines start with a name."""
    said = [line for line in lines if line.strip()]
    return Transcript(
        tuple(Cue(0.0, 0.0, speaker, text) for speaker, text in split_speakers(said)), "text", timed=False
    )
