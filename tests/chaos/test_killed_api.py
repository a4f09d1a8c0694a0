"""An input of the API survives the death of the process that analyses it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.kit.crypto import new_master_key
from sandbox.serving import free_port
from tests.support.short_recording import cut
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


@contextmanager
def hub(environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`hub serve`, in a group of its own, until it answers."""
    command = [sys.executable, "-m", "hub.cli", "serve"]
    with log.open("ab") as output:
        process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        until(lambda: healthy(environment["HUB_PORT"]), "the hub is up", logs=log.read_text)
        yield process
    finally:
        process.kill()
        process.wait(timeout=10)


def healthy(port: str) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=2).is_success
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_an_upload_is_analysed_by_the_next_process_and_leaves_no_file(tmp_path: Path) -> None:
    cut(tmp_path, 12)
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HUB_DATA_DIR": str(tmp_path / "hub"),
        "HUB_MASTER_KEY": new_master_key(), "HUB_PORT": str(free_port()),
    }  # fmt: skip
    made = subprocess.run(
        [sys.executable, "-m", "hub.cli", "keys", "create"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {made.stdout.strip()}"}
    base, log = f"http://127.0.0.1:{environment['HUB_PORT']}", tmp_path / "log"

    with hub(environment, log) as process:
        with (tmp_path / "short.mp4").open("rb") as file:
            upload = {"file": ("short.mp4", file, "video/mp4")}
            accepted = httpx.post(f"{base}/v1/analyse/video?async=true", files=upload, headers=headers, timeout=60)
        location = base + accepted.headers["Location"]

        def told() -> dict[str, Any]:
            found: dict[str, Any] = httpx.get(location, headers=headers, timeout=30).json()
            return found

        until(lambda: told()["status"] == "running", "the analysis runs", logs=log.read_text)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)

    with hub(environment, log):
        until(lambda: told()["status"] not in {"queued", "running"}, "it has ended", logs=log.read_text)
        assert told()["status"] == "completed", told()
        media = tmp_path / "hub" / "media"
        left = [path for path in media.rglob("*") if path.is_file() and path.name != ".storage"]
        assert left == []
