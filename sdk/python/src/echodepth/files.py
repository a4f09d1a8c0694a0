"""What can be uploaded: a path, bytes, or an open binary file. Files are streamed, never read whole."""

import mimetypes
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, cast

FileInput = str | os.PathLike[str] | bytes | IO[bytes]
"""A path, the bytes themselves, or a file opened with "rb" (sent from its beginning)."""
Opened = tuple[str, tuple[str, IO[bytes], str]]


@dataclass(frozen=True)
class Part:
    """One file of a form: the field's name, and what it is. `name` is the file's name where it has none."""

    field: str
    content: FileInput
    name: str = "file"

    @property
    def replayable(self) -> bool:
        """Whether it can be sent twice."""
        content: Any = self.content
        return isinstance(content, str | os.PathLike | bytes) or bool(content.seekable())


def parts(field: str, given: FileInput | Sequence[FileInput] | None, name: str = "file") -> list[Part]:
    """One part for each file given."""
    if given is None:
        return []
    several = cast(Sequence[FileInput], given if isinstance(given, list | tuple) else [given])
    return [Part(field, content, name) for content in several]


@contextmanager
def opened(files: Sequence[Part]) -> Iterator[list[Opened]]:
    """The parts as httpx takes them; files that were given by path are closed afterwards."""
    with ExitStack() as stack:
        yield [(part.field, _open(part, stack)) for part in files]


def _open(part: Part, stack: ExitStack) -> tuple[str, IO[bytes], str]:
    content = part.content
    if isinstance(content, bytes):
        return part.name, BytesIO(content), _type(part.name)
    if isinstance(content, str | os.PathLike):
        path = Path(content)
        return path.name, stack.enter_context(path.open("rb")), _type(path.name)
    name = _name(content, part.name)
    return name, content if content.seekable() else cast(IO[bytes], _Once(content)), _type(name)


class _Once:
    """A pipe: it has a file number, but no length, and httpx would believe the one that the system tells."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.read = pipe.read


def _name(file: IO[bytes], fallback: str) -> str:
    """A file's own name; pipes and unnamed temporary files have numbers in its place."""
    name = getattr(file, "name", None)
    return Path(name).name if isinstance(name, str) and name else fallback


def _type(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
