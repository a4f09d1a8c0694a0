"""Reads a transcript, whatever its format."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from analysis_core.errors import TranscriptUnreadable
from analysis_core.io.cues import cues, is_timing
from analysis_core.io.documents import MOST_BYTES, docx_lines, pdf_lines
from analysis_core.io.encoding import NoText, decoded
from analysis_core.io.headed import headed_cues, with_names_inline
from analysis_core.io.speakers import split_speakers
from analysis_core.io.speeches import joined, names_above
from analysis_core.observations import Cue, Transcript

_PDF, _ZIP, _OLD_WORD = b"%PDF-", b"PK\x03\x04", bytes.fromhex("d0cf11e0a1b11ae1")
_PDF_STARTS_WITHIN = 1024
_NOTICE = re.compile(
    r"[^:]{1,80}\s(?:(?:started|stopped) transcription|hat die Transkription (?:gestartet|beendet)"
    r"|a (?:d\u00e9marr\u00e9|arr\u00eat\u00e9) la transcription|(?:inici\u00f3|detuvo) la transcripci\u00f3n)\.?"
    r"|\d+ (?:hours?|minutes?) \d+ (?:minutes?|seconds?)(?: \d+ seconds?)?"
    r"|Transcribed by https?://\S+|Meeting ended after .*|This editable transcript was computer generated .*"
    r"|People can also change the text after it was created\.",
    re.I,
)
"""What the providers' own programs write between the speeches."""
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
        return _document(pdf_lines(raw), "pdf")
    if raw.startswith(_ZIP):
        return _document(docx_lines(raw), "docx")
    try:
        text, warnings = decoded(raw)
    except NoText:
        raise TranscriptUnreadable("The transcript is not a text file.") from None
    return replace(_text(text), warnings=tuple(warnings))


def _text(text: str) -> Transcript:
    if not text.strip():
        raise TranscriptUnreadable("The transcript is empty.")
    lines = text.splitlines()
    webvtt = lines[0].startswith("WEBVTT")
    if webvtt or any(is_timing(line) for line in lines):
        return _timed(cues(text), "vtt" if webvtt else "srt")
    return _document([_MARKDOWN.sub("", line) for line in lines], "text")


def _document(lines: Sequence[str], form: str) -> Transcript:
    """Cues with times where the document has them."""
    lines = [text for line in lines if not _NOTICE.fullmatch(text := line.strip())]
    said = [line for line in lines if line]
    if not said:
        raise TranscriptUnreadable("The document holds no text. A scanned page is a picture and cannot be read.")
    if any(is_timing(line) for line in said):
        return _timed(cues("\n".join(with_names_inline(lines))), form)
    if found := headed_cues(said):
        return _timed(found, form)
    speeches = names_above(said) or joined(split_speakers(said))
    return Transcript(tuple(Cue(0.0, 0.0, speaker, text) for speaker, text in speeches), form, timed=False)


def _timed(found: tuple[Cue, ...], form: str) -> Transcript:
    if not any(cue.text for cue in found):
        raise TranscriptUnreadable("The transcript holds no cue with text.")
    return Transcript(found, form)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise TranscriptUnreadable(f"The transcript is larger than {MOST_BYTES // 1_000_000} MB.")
        return path.read_bytes()
    except OSError as error:
        raise TranscriptUnreadable(f"The transcript at {path} cannot be read ({error.strerror}).") from error
