"""Text out of bytes, whatever encoded it."""

import codecs
import unicodedata
from collections.abc import Sequence

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL_CONTROLS = "\t\n\v\f\r\x1c\x1d\x1e\x85"


class NoText(ValueError):
    """The bytes are no text."""


def decoded(raw: bytes) -> tuple[str, Sequence[str]]:
    """The text, and what should be known about how it was read. Raises `NoText`."""
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return raw.decode(encoding, errors="replace"), ()
    if b"\x00" in raw:
        return _two_bytes_each(raw), ()
    try:
        return raw.decode("utf-8"), ()
    except UnicodeDecodeError:
        guessed = "The text is not in UTF-8: it was read as Windows-1252, and letters with accents may be wrong."
        return raw.decode("cp1252", errors="replace"), (guessed,)


def _two_bytes_each(raw: bytes) -> str:
    """UTF-16 without a mark at its start: the zero bytes of spaces and line ends tell which half comes first."""
    low_first = raw[1::2].count(0) >= raw[0::2].count(0)
    try:
        text = raw[: len(raw) // 2 * 2].decode("utf-16-le" if low_first else "utf-16-be")
    except UnicodeDecodeError as error:
        raise NoText from error
    if any(unicodedata.category(character) == "Cc" and character not in _USUAL_CONTROLS for character in text):
        raise NoText
    return text
