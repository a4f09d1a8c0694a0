"""Reads a transcript, whatever its format."""

import codecs
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analysis_core.errors import TranscriptUnreadable
from analysis_core.io.cues import cues, is_timing
from analysis_core.io.documents import MOST_BYTES, docx_lines, pdf_lines
from analysis_core.io.headed import headed_cues, with_names_inline
from analysis_core.io.speakers import split_speakers
from analysis_core.observations import Cue, Transcript

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PDF, _ZIP, _OLD_WORD = b"%PDF-", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_PDF_STARTS_WITHIN = 1024
_MARKDOWN = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+)+|(?:\*\*|__)(?=\S)|(?<=\S)(?:\*\*|__)")


def read_transcript(source: str | Path | bytes) -> Transcript:
    """Read Zoom or Teams WebVTT, SRT, plain text, Markdown, PDF or Word, from a path or from the bytes themselves.

    Raises `TranscriptUnreadable` when the file is missing, is none of these, is far too large, or says nothing.
    """
    raw = source if isinstance(source, bytes) else _bytes(Path(source))
    if len(raw) > MOST_BYTES:
        raise TranscriptUnreadable(f"The transcript is larger than {MOST_BYTES // 1_000_000} MB.")
    if raw.startswith(_OLD_WORD):
        raise TranscriptUnreadable("The transcript is in Word's old format. Save it as .docx and try again.")
    if _PDF in raw[:_PDF_STARTS_WITHIN]:
        return _document(pdf_lines(raw), "pdf", wrapped=True)
    if raw.startswith(_ZIP):
        return _document(docx_lines(raw), "docx", wrapped=False)
    return _text(_decoded(raw))


def _text(text: str) -> Transcript:
    if not text.strip():
        raise TranscriptUnreadable("The transcript is empty.")
    lines = text.splitlines()
    webvtt = lines[0].startswith("WEBVTT")
    if webvtt or any(is_timing(line) for line in lines):
        return _timed(cues(text), "vtt" if webvtt else "srt")
    return _document([_MARKDOWN.sub("", line) for line in lines], "text", wrapped=False)


def _document(lines: Sequence[str], form: str, *, wrapped: bool) -> Transcript:
    """Cues with times where the document has them; `wrapped` lines may go on with what the line before began."""
    said = [line.strip() for line in lines if line.strip()]
    if not said:
        raise TranscriptUnreadable("The document holds no text. A scanned page is a picture and cannot be read.")
    if any(is_timing(line) for line in said):
        return _timed(cues("\n".join(with_names_inline(lines))), form)
    if found := headed_cues(said):
        return _timed(found, form)
    return Transcript(_plain(said, wrapped=wrapped), form, timed=False)


def _timed(found: tuple[Cue, ...], form: str) -> Transcript:
    if not any(cue.text for cue in found):
        raise TranscriptUnreadable("The transcript holds no cue with text.")
    return Transcript(found, form)


def _plain(said: Sequence[str], *, wrapped: bool) -> tuple[Cue, ...]:
    """One untimed cue a line; speakers where lines start with a name."""
    found: list[Cue] = []
    for speaker, text in split_speakers(said):
        if wrapped and speaker is None and found and found[-1].speaker is not None:
            found[-1] = replace(found[-1], text=f"{found[-1].text} {text}".strip())
        else:
            found.append(Cue(0.0, 0.0, speaker, text))
    return tuple(found)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TranscriptUnreadable(f"The transcript is larger than {MOST_BYTES // 1_000_000} MB.")
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
