"""Damaged recordings and transcripts give results or clear errors: no crash, no hang, no leak, nothing left behind.

`FUZZ_COUNT=1000 pytest tests/chaos/test_fuzzed_input.py` for the long run; the damage is seeded and the same each time.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from analysis_core.models.catalogue import catalogue
from analysis_core.models.store import path_of
from tests.support.fuzzing import CALL, media_seeds, mutated, transcript_seeds

ROOT = Path(__file__).resolve().parents[2]
COUNT = int(os.environ.get("FUZZ_COUNT", "150"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
_LONGEST_S = 60.0
_MOST_GROWTH = 100_000_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(60 + COUNT * 6),
    pytest.mark.skipif(
        not all(path_of(catalogue()[name]).exists() for name in ("silero-vad", "face-landmarker")),
        reason="the models are not built",
    ),
]


@dataclass
class _Child:
    """A process that analyses files one after the other."""

    directory: Path
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        environment = {
            **os.environ,
            **threads,
            "TMPDIR": str(self.directory),
            "HOME": str(self.directory),
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "tests.support.fuzzed_child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, cwd=self.directory, env=environment,
        )  # fmt: skip

    def analyse(self, path: Path) -> Mapping[str, str | int]:
        """What came of it; `crashed` and `hung` when the process did."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], _LONGEST_S)
        line = self.process.stdout.readline() if ready else ""
        if line:
            said: dict[str, str | int] = json.loads(line)
            return said
        self.end()
        return {"came": f"crashed ({self.process.returncode})" if ready else "hung", "memory": 0, "files": 0}

    def end(self) -> None:
        """Close its input, and kill it if that does not end it."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The children's own directory, for whatever they would leave behind."""
    path = tmp_path / "child"
    path.mkdir()
    return path


@pytest.mark.skipif(not CALL.exists(), reason="the demo recording is not there")
def test_damaged_files_give_results_or_clear_errors(tmp_path: Path, directory: Path) -> None:
    (folder := tmp_path / "seeds").mkdir()
    seeds = media_seeds(folder) | transcript_seeds()
    child, came, held, faults = _Child(directory), Counter[str](), [], {}
    began = time.monotonic()
    for number in range(FIRST, FIRST + COUNT):
        name, data = mutated(seeds, number)
        (path := tmp_path / name).write_bytes(data)
        said = child.analyse(path)
        outcome = str(said["came"])
        came[outcome.splitlines()[-1][:80]] += 1
        if outcome not in ("analysed", "refused"):
            faults[name] = outcome
            if child.process.poll() is not None:
                child = _Child(directory)
        held.append((said["memory"], said["files"]))
        path.unlink()
    child.end()
    sys.stdout.write(f"{COUNT} files in {time.monotonic() - began:.0f} s: {dict(came)}\n")

    assert faults == {}
    assert came["analysed"] > COUNT / 10
    assert came["refused"] > COUNT / 10
    assert list(directory.iterdir()) == []
    _assert_nothing_leaks(held)


def _assert_nothing_leaks(held: list[tuple[str | int, str | int]]) -> None:
    """The first half loads models and decoders and fills their buffers; the second has nothing new to keep."""
    half = len(held) // 2
    memory, files = ([int(row[column]) for row in held] for column in (0, 1))
    assert memory[-1] - max(memory[:half]) < _MOST_GROWTH
    assert max(files[half:]) <= max(files[:half])
