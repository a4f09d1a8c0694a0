"""Tells encrypted and unfinished files apart from other broken ones, so that the error can say what to do."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from analysis_core.errors import MediaEncrypted, MediaUnreadable

_PROTECTED_ENTRIES = {b"encv", b"enca", b"drms", b"drmi", b"aavd"}
"""ISO/IEC 23001-7 common encryption, and the two older shops' own schemes."""

_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_TOP_LEVEL = {
    b"ftyp",
    b"moov",
    b"mdat",
    b"free",
    b"skip",
    b"wide",
    b"pnot",
    b"moof",
    b"styp",
    b"sidx",
    b"uuid",
    b"pdin",
}
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_ENCRYPTION = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
)
_ASF_HEADER_BYTES = 64 * 1024


def refuse_protected(path: Path) -> None:
    """Raise `MediaEncrypted` for a protected file and `MediaUnreadable` for an MP4 whose index was never written."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(16)
        if head[4:8] in _TOP_LEVEL:
            _refuse_mp4(file, size)
        elif head == _ASF_HEADER:
            file.seek(0)
            _refuse_asf(file.read(_ASF_HEADER_BYTES))


def _refuse_mp4(file: BinaryIO, size: int) -> None:
    kinds: set[bytes] = set()
    for kind, entry in _walk(file, 0, size):
        kinds.add(kind)
        if entry in _PROTECTED_ENTRIES:
            raise MediaEncrypted("The recording is protected (DRM). Export it without protection and try again.")
    if b"moov" not in kinds:
        raise MediaUnreadable(
            "The recording was never finished: its index is missing (no moov box), so nothing in it can be found."
        )


def _refuse_asf(header: bytes) -> None:
    if any(guid in header for guid in _ASF_ENCRYPTION):
        raise MediaEncrypted("The recording is protected (DRM). Export it without protection and try again.")


def _walk(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield (box, sample entry or empty) for each box, going into those that lead to sample entries."""
    position = start
    while position + 8 <= end:
        file.seek(position)
        header = file.read(16)
        if len(header) < 8:
            return
        size, kind = int.from_bytes(header[:4], "big"), header[4:8]
        body = position + 8
        if size == 1:
            size, body = int.from_bytes(header[8:16], "big"), position + 16
        stop = position + size if size else end
        yield kind, b""
        if kind in _CONTAINERS:
            yield from _walk(file, body, min(stop, end))
        elif kind == b"stsd":
            for entry, _ in _walk(file, body + 8, min(stop, end)):
                yield b"stsd", entry
        if stop <= position:
            return
        position = stop
