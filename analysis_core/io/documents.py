"""The lines of text in PDF and Word files. Whoever made the file may be hostile: size, depth and time are limited."""

import time
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from analysis_core.errors import TranscriptUnreadable

MOST_BYTES = 25_000_000
"""No transcript is larger, whatever its format: a day of talk is about a megabyte of text."""
MOST_CHARACTERS = 10_000_000

_MOST_UNPACKED = 50_000_000
_MOST_RATIO = 200
_MOST_PARTS = 2_000
_MOST_PAGES = 2_000
_MOST_SECONDS = 60.0
_DOCUMENT = "word/document.xml"


def docx_lines(raw: bytes) -> list[str]:
    """Every paragraph of a Word file in the order of the page, those in tables and text boxes included.

    Raises `TranscriptUnreadable`.
    """
    _refuse_bombs(raw)
    from docx import Document  # slow to import, and few transcripts are Word files

    try:
        body = Document(BytesIO(raw)).element.body
    except MemoryError:
        raise
    except Exception as error:  # the library raises whatever its XML and ZIP readers do
        raise TranscriptUnreadable(f"The Word file is damaged ({type(error).__name__}).") from error
    return _within_limit("".join(_docx_text(body))).split("\n")


def pdf_lines(raw: bytes) -> list[str]:
    """Every line of text in a PDF file, page by page. Raises `TranscriptUnreadable`."""
    from pypdf import PdfReader  # slow to import, and few transcripts are PDF files

    try:
        reader = PdfReader(BytesIO(raw))
        if reader.is_encrypted and not reader.decrypt(""):
            raise TranscriptUnreadable("The PDF file is protected by a password.")
        text = "\n".join(_pages(reader))
    except (TranscriptUnreadable, MemoryError):
        raise
    except Exception as error:  # the library raises whatever a damaged file makes it stumble over
        raise TranscriptUnreadable(f"The PDF file is damaged ({type(error).__name__}).") from error
    return _within_limit(text).split("\n")


def _pages(reader: Any) -> Iterator[str]:
    if len(reader.pages) > _MOST_PAGES:
        raise TranscriptUnreadable(f"The PDF file has more than {_MOST_PAGES} pages.")
    until, length = time.monotonic() + _MOST_SECONDS, 0
    for page in reader.pages:
        text = page.extract_text()
        length += len(text)
        if length > MOST_CHARACTERS or time.monotonic() > until:
            raise TranscriptUnreadable("The PDF file is too large to be a transcript.")
        yield text


def _refuse_bombs(raw: bytes) -> None:
    """Look at the archive's index before anything is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise TranscriptUnreadable("The Word file is damaged: it is not a ZIP archive.") from error
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MOST_UNPACKED or unpacked > _MOST_RATIO * len(raw) or len(parts) > _MOST_PARTS:
        raise TranscriptUnreadable("The Word file unpacks to more than a transcript can hold.")
    if not any(part.filename == _DOCUMENT for part in parts):
        raise TranscriptUnreadable("The file is a ZIP archive but not a Word file.")
    if any(part.flag_bits & 1 for part in parts):
        raise TranscriptUnreadable("The Word file is protected by a password.")


def _docx_text(body: Any) -> Iterator[str]:
    """Text with a line break for each paragraph; what stands twice for older readers is taken once."""
    from docx.oxml.ns import qn

    breaks = {qn("w:p"): "\n", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t"}
    text, fallback = qn("w:t"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
    for node in body.iter():
        if node.tag in breaks:
            yield breaks[node.tag]
        elif node.tag == text and not any(parent.tag == fallback for parent in node.iterancestors()):
            yield node.text or ""


def _within_limit(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise TranscriptUnreadable("The document holds more text than a transcript can.")
    return text
