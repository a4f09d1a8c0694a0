"""A hub in a process of its own, on a store of its own, with one key."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from hub.kit.crypto import new_master_key
from hub.settings import Settings
from sandbox.serving import free_port
from tests.support.api import a_key
from tests.support.stores import ready_runtime
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
_UP_WITHIN_S = 180.0


@dataclass(frozen=True)
class Served:
    """Where it listens, its process, a key of an unlimited plan, and what it printed."""

    port: int
    pid: int
    key: str
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def memory_mb(self) -> float:
        """What the process holds."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024

    def is_well(self) -> bool:
        """Whether it answers, store included."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=30).is_success
        except httpx.TransportError:
            return False


@contextmanager
def served(folder: Path, database_url: str = "", **settings: str) -> Iterator[Served]:
    """`hub serve` until the block ends; `settings` are `HUB_*` variables."""
    port, log = free_port(), folder / "hub.log"
    own = {
        "HUB_DATA_DIR": str(folder / "hub"), "HUB_DATABASE_URL": database_url, "HUB_PORT": str(port),
        "HUB_MASTER_KEY": new_master_key(), **settings,
    }  # fmt: skip
    key = _prepare(own)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST"))}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub.cli", "serve"], env={**kept, **own}, cwd=ROOT, stdout=output, stderr=output
        )
    try:
        hub = Served(port, process.pid, key, log)
        until(lambda: hub.is_well() or process.poll() is not None, "the hub is up", logs=log.read_text)
        assert process.poll() is None, log.read_text()[-4000:]
        yield hub
    finally:
        process.terminate()
        process.wait(timeout=60)


def _prepare(own: dict[str, str]) -> str:
    given = {"data_dir": own["HUB_DATA_DIR"], "master_key": own["HUB_MASTER_KEY"]}
    runtime = ready_runtime(Settings.model_validate({**given, "database_url": own["HUB_DATABASE_URL"]}))
    key = a_key(runtime, plan="enterprise")
    runtime.database.close()
    return key
