"""A recording arrives whole over a bad line, never too large, and its directory never stays."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from connectors.base.connector import Source
from connectors.base.errors import ProviderUnavailable, RequestRejected
from connectors.base.records import FileKind, RecordingFile, RecordingRef
from hub.meetings import media
from hub.meetings.media import download, run_directory, sweep

pytestmark = pytest.mark.anyio

CONTENT = bytes(range(256)) * 400
FILE = RecordingFile("f", FileKind.VIDEO, "https://x/f")
REF = RecordingRef("m")


@dataclass
class Part:
    """An open download that may break off."""

    offset: int
    total: int | None
    data: bytes
    broken: bool

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.data), 1000):
            yield self.data[start : start + 1000]
        if self.broken:
            raise ProviderUnavailable("cut")


class Line:
    """A source whose connections last only so many bytes each."""

    def __init__(self, lasts: list[int], *, ranges: bool = True, says_length: bool = True) -> None:
        self.lasts = lasts
        self.ranges = ranges
        self.says_length = says_length
        self.offsets: list[int] = []

    @asynccontextmanager
    async def open(self, _recording: RecordingRef, _file: RecordingFile, offset: int) -> AsyncIterator[Part]:
        self.offsets.append(offset)
        begin = offset if self.ranges else 0
        end = min(len(CONTENT), begin + self.lasts.pop(0))
        total = len(CONTENT) if self.says_length else None
        yield Part(begin, total, CONTENT[begin:end], broken=end < len(CONTENT))


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "_PAUSE_S", 0.0)


async def _fetch(line: Line, target: Path, limit: int = 10**9) -> int:
    return await download(cast("Source", cast(Any, line)), REF, FILE, target, limit_bytes=limit)


async def test_a_cut_download_goes_on_where_it_stopped(tmp_path: Path) -> None:
    line = Line([30_000, 40_000, 10**9])

    size = await _fetch(line, tmp_path / "f")

    assert (tmp_path / "f").read_bytes() == CONTENT
    assert size == len(CONTENT)
    assert line.offsets == [0, 30_000, 70_000]


async def test_whatever_cut_a_download_is_told(tmp_path: Path) -> None:
    cuts: list[str] = []
    source = cast("Source", cast(Any, Line([30_000, 40_000, 10**9])))

    await download(source, REF, FILE, tmp_path / "f", limit_bytes=10**9, on_cut=lambda cut: cuts.append(cut.message))

    assert cuts == ["cut", "cut"]


async def test_a_server_that_ignores_ranges_starts_again(tmp_path: Path) -> None:
    line = Line([30_000, 10**9], ranges=False)

    await _fetch(line, tmp_path / "f")

    assert (tmp_path / "f").read_bytes() == CONTENT


async def test_three_connections_that_bring_nothing_are_enough(tmp_path: Path) -> None:
    line = Line([10_000, 0, 0, 0, 10**9])

    with pytest.raises(ProviderUnavailable):
        await _fetch(line, tmp_path / "f")


@pytest.mark.parametrize("says_length", [True, False])
async def test_a_file_over_the_limit_is_refused(tmp_path: Path, says_length: bool) -> None:
    with pytest.raises(RequestRejected) as refused:
        await _fetch(Line([10**9], says_length=says_length), tmp_path / "f", limit=50_000)

    assert refused.value.code == "recording_too_large"


async def test_the_directory_is_private_and_gone_afterwards_also_after_an_error(tmp_path: Path) -> None:
    async def fail() -> None:
        async with run_directory(tmp_path / "media") as directory:
            assert directory.stat().st_mode & 0o077 == 0
            (directory / "media.mp4").write_bytes(b"x")
            raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        await fail()

    assert list((tmp_path / "media").iterdir()) == []


async def test_a_sweep_takes_what_a_dead_process_left_and_nothing_else(tmp_path: Path) -> None:
    left = tmp_path / "run-dead"
    left.mkdir()
    (left / "media.mp4").write_bytes(b"x")

    async with run_directory(tmp_path) as alive:
        sweep(tmp_path)

        assert alive.exists()
        assert not left.exists()
