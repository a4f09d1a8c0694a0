"""The core needs nobody and tells nobody: no network, no files of its own, quick to import."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from analysis_core.models.catalogue import catalogue
from analysis_core.models.store import path_of
from tests.support.short_recording import cut

ROOT = Path(__file__).resolve().parents[3]
NEEDED = ("silero-vad", "speech-embedding", "face-landmarker", "whisper-base-ct2")


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few seconds of the demo call, with picture and sound."""
    if not all(path_of(catalogue()[name]).exists() for name in NEEDED):
        pytest.skip("the models are not built")
    directory = tmp_path_factory.mktemp("recording")
    cut(directory, 4.0)
    return directory / "short.mp4"


def _python(*arguments: str, home: Path, before: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    """Python with a home and a temporary directory of its own, and nothing else of ours in the environment."""
    for name in ("home", "tmp"):
        (home / name).mkdir(parents=True, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home / "home"), "TMPDIR": str(home / "tmp")}
    return subprocess.run(
        [*before, sys.executable, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


def test_importing_the_core_takes_no_time(tmp_path: Path) -> None:
    code = "import time; t = time.perf_counter(); import analysis_core; print(time.perf_counter() - t)"

    took = [float(_python("-c", code, home=tmp_path).stdout) for _ in range(3)]

    assert min(took) <= 0.3


@pytest.mark.slow
def test_an_analysis_leaves_no_file_and_opens_no_connection(recording: Path, tmp_path: Path) -> None:
    code = (
        "import os, sys\n"
        "sys.addaudithook(lambda event, _: event.startswith('socket.connect') and os._exit(9))\n"
        "from analysis_core import analyse\n"
        f"analyse({str(recording)!r})\n"
        "links = [os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd') if int(fd) > 2 and "
        "os.path.lexists(f'/proc/self/fd/{fd}')]\n"
        "print([link for link in links if link.startswith('socket')])\n"
    )

    done = _python("-c", code, home=tmp_path)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.slow
def test_a_recording_is_analysed_in_an_empty_network_namespace(recording: Path, tmp_path: Path) -> None:
    isolated = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*isolated, "true"], capture_output=True, check=False).returncode:
        pytest.skip("network namespaces are not permitted here")

    done = _python("-m", "hub.cli", "analyse", str(recording), "--json", home=tmp_path, before=isolated)

    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["sentences"]
    assert any(row["intensity"] is not None for row in result["action_units"])
