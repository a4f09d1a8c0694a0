"""Where recordings lie while they are analysed, and how they get there. Nothing stays: not even after a crash."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO, Final

from connectors.base.connector import ByteStream, Source
from connectors.base.errors import ProviderUnavailable, RequestRejected
from connectors.base.records import RecordingFile, RecordingRef

OnBytes = Callable[[int, int | None], Awaitable[None]]
"""Awaited with the bytes so far and in all, where known."""
OnCut = Callable[[ProviderUnavailable], None]
"""Called with what cut a download short, before it goes on."""

_PREFIX: Final = "run-"
_UNLOCKED_PREFIX: Final = "new-"
_LOCK_NAME: Final = ".lock"
_WRITE_BYTES: Final = 1024 * 1024
_FRUITLESS_TRIES: Final = 3
_PAUSE_S: Final = 0.5


@asynccontextmanager
async def run_directory(media_dir: Path) -> AsyncIterator[Path]:
    """A private directory for one run, removed at its end whatever happens.

    It is locked for as long as this process lives, so that `sweep` can tell a dead process's leftovers.
    """
    directory, lock = await asyncio.to_thread(_make, media_dir)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(lock)


def sweep(media_dir: Path) -> int:
    """Remove the directories of processes that no longer live; gives how many there were."""
    return sum(_remove_if_abandoned(path) for path in media_dir.glob(f"{_PREFIX}*"))


async def download(
    source: Source,
    recording: RecordingRef,
    file: RecordingFile,
    target: Path,
    *,
    limit_bytes: int,
    on_bytes: OnBytes | None = None,
    on_cut: OnCut | None = None,
) -> int:
    """Stream `file` into `target`, going on where a cut connection stopped; gives its size in bytes.

    Raises `RequestRejected` above `limit_bytes`, and `ProviderUnavailable` when three tries in a row bring nothing.
    """
    with target.open("wb") as opened:
        sink, fruitless = _Sink(opened, limit_bytes, on_bytes), 0
        while True:
            before = sink.size
            cut = await _pull(source, recording, file, sink)
            if cut is None:
                return sink.size
            fruitless = 0 if sink.size > before else fruitless + 1
            if fruitless >= _FRUITLESS_TRIES:
                raise cut
            if on_cut is not None:
                on_cut(cut)
            await asyncio.sleep(_PAUSE_S)


async def _pull(
    source: Source, recording: RecordingRef, file: RecordingFile, sink: "_Sink"
) -> ProviderUnavailable | None:
    """One connection's worth of the file; None when that was the rest of it, else what cut it short."""
    try:
        async with source.open(recording, file, sink.size) as stream:
            await sink.take(stream)
            if stream.total is not None and sink.size < stream.total:
                return ProviderUnavailable(f"the download ended at {sink.size} of {stream.total} bytes")
            return None
    except ProviderUnavailable as error:
        return error


class _Sink:
    """A growing file on disk, written in pieces large enough to be worth a thread."""

    def __init__(self, file: BinaryIO, limit_bytes: int, on_bytes: OnBytes | None) -> None:
        self.size = 0
        self._file = file
        self._limit_bytes = limit_bytes
        self._on_bytes = on_bytes

    async def take(self, stream: ByteStream) -> None:
        """Append the stream; what arrived before a cut is kept."""
        self._require_within(stream.total)
        self._go_back_to(stream.offset)
        buffer = bytearray()
        try:
            async for chunk in stream:
                buffer += chunk
                self._require_within(self.size + len(buffer))
                if len(buffer) >= _WRITE_BYTES:
                    await asyncio.to_thread(self._write, bytes(buffer))
                    buffer.clear()
                    await self._tell(stream.total)
        finally:
            self._write(buffer)
        await self._tell(stream.total)

    def _go_back_to(self, offset: int) -> None:
        """A server that ignored our Range starts again at 0."""
        self.size = min(self.size, offset)
        self._file.truncate(self.size)
        self._file.seek(self.size)

    def _write(self, data: bytes | bytearray) -> None:
        self.size += self._file.write(data)
        self._file.flush()

    async def _tell(self, total: int | None) -> None:
        if self._on_bytes is not None:
            await self._on_bytes(self.size, total)

    def _require_within(self, size: int | None) -> None:
        if size is not None and size > self._limit_bytes:
            message = f"the recording is larger than the limit of {self._limit_bytes} bytes"
            raise RequestRejected(message, code="recording_too_large")


def _make(media_dir: Path) -> tuple[Path, int]:
    media_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep(media_dir)
    unlocked = Path(tempfile.mkdtemp(prefix=_UNLOCKED_PREFIX, dir=media_dir))
    lock = os.open(unlocked / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    # named so that `sweep` finds it only once it is locked
    return unlocked.rename(media_dir / unlocked.name.replace(_UNLOCKED_PREFIX, _PREFIX, 1)), lock


def _remove_if_abandoned(directory: Path) -> bool:
    try:
        lock = os.open(directory / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        shutil.rmtree(directory, ignore_errors=True)
        return True
    finally:
        os.close(lock)
