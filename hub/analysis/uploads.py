"""Where uploads lie until their analysis ends: one private directory for each job, on this machine's disk.

A directory is locked while it is filled. `sweep_uploads` removes those that nobody fills and no unfinished job needs,
so that a crash at any moment leaves nothing behind for long.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.errors import PayloadTooLarge
from hub.kit.ids import new_id

_FOLDER: Final = "uploads"
_UNLOCKED_PREFIX: Final = "new-"
_LOCK_NAME: Final = ".lock"
_STORAGE_NAME: Final = ".storage"


@dataclass(frozen=True)
class Upload:
    """The directory of a job that is being made; end it with `keep` or `discard`."""

    job_id: str
    directory: Path
    lock: int

    def keep(self) -> None:
        """The job is stored: from now on its state decides how long the files stay."""
        os.close(self.lock)

    def discard(self) -> None:
        """There will be no job."""
        shutil.rmtree(self.directory, ignore_errors=True)
        os.close(self.lock)


class FileSink:
    """One part of an upload on its way to the disk; `again` writes over what an earlier try left."""

    def __init__(self, path: Path, limit_bytes: int, *, again: bool = False) -> None:
        self.path = path
        self.size = 0
        self._limit_bytes = limit_bytes
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if again else os.O_EXCL)
        self._file = os.fdopen(os.open(path, flags, 0o600), "wb")

    def write(self, data: bytes) -> None:
        """Raises `PayloadTooLarge`."""
        self.size += len(data)
        if self.size > self._limit_bytes:
            raise PayloadTooLarge(f"The file is over {self._limit_bytes} bytes.")
        self._file.write(data)

    def close(self) -> None:
        """Flush and close."""
        self._file.close()


def begin_upload(media_dir: Path) -> Upload:
    """A fresh directory under a fresh job id."""
    folder = _folder(media_dir)
    job_id = new_id("job")
    unlocked = Path(tempfile.mkdtemp(prefix=_UNLOCKED_PREFIX, dir=folder))
    lock = os.open(unlocked / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return Upload(job_id, unlocked.rename(folder / job_id), lock)


def upload_of(media_dir: Path, job_id: str) -> Path:
    """Where the files of a job lie."""
    return media_dir / _FOLDER / job_id


def remove_upload(media_dir: Path, job_id: str) -> None:
    """Delete the files of a job; harmless when there are none."""
    shutil.rmtree(upload_of(media_dir, job_id), ignore_errors=True)


def sweep_uploads(media_dir: Path, is_needed: Callable[[str], bool]) -> int:
    """Remove directories that nobody fills and whose job `is_needed` denies; gives how many there were."""
    return sum(_sweep_one(path, is_needed) for path in (media_dir / _FOLDER).glob("job_*"))


def storage_id(media_dir: Path) -> str:
    """The name of this disk: processes that share it can take over each other's uploads, others cannot."""
    path = _folder(media_dir) / _STORAGE_NAME
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(fresh := new_id("dsk"))
    return fresh


def _folder(media_dir: Path) -> Path:
    folder = media_dir / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _sweep_one(directory: Path, is_needed: Callable[[str], bool]) -> bool:
    try:
        lock = os.open(directory / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        # asked only now: whoever filled it let go of the lock after storing the job
        if is_needed(directory.name):
            return False
        shutil.rmtree(directory, ignore_errors=True)
        return True
    finally:
        os.close(lock)
