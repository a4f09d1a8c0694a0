"""A hub of one's own in a process of its own, reached over real HTTP."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sqlmodel import select

from hub.accounts.models import ApiKey
from hub.accounts.tokens import hash_token
from hub.kit.crypto import new_master_key
from hub.runtime import Runtime
from hub.settings import Settings
from sandbox.serving import free_port
from tests.support.api import a_key
from tests.support.stores import ready_runtime
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]
_START_S = 120


@dataclass(frozen=True)
class Served:
    """A running hub, and its store."""

    url: str
    runtime: Runtime

    def key(self, **new: Any) -> str:
        """A fresh key; of an enterprise plan unless said otherwise."""
        return a_key(self.runtime, **{"plan": "enterprise", **new})

    def known_key(self, secret: str, **new: Any) -> str:
        """A key that reads exactly like this, as documents print them."""
        made = self.key(**new)
        with self.runtime.database.transaction() as session:
            row = session.exec(select(ApiKey).where(ApiKey.key_hash == hash_token(made))).one()
            row.key_hash = hash_token(secret)
        return secret


@contextmanager
def serving_hub(directory: Path) -> Iterator[Served]:
    """`hub serve` on a free port until the block ends; it may fetch from and send to loopback."""
    port, master_key = free_port(), new_master_key()
    values = {
        "HUB_PORT": str(port),
        "HUB_DATA_DIR": str(directory / "hub"),
        "HUB_MASTER_KEY": master_key,
        "HUB_ALLOW_PRIVATE_INPUTS": "true",
        "HUB_ALLOW_PRIVATE_WEBHOOK_TARGETS": "true",
        "HUB_POLLING_INTERVAL_S": "0.1",
        "PYTHONPATH": str(ROOT),
    }
    built = ready_runtime(Settings(port=port, data_dir=directory / "hub", master_key=SecretStr(master_key)))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST"))}
    log = directory / "hub.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub.cli", "serve"],
            env={**kept, **values},
            cwd=directory,
            stdout=output,
            stderr=output,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _await_health(url, process, log)
        yield Served(url, built)
    finally:
        process.terminate()
        process.wait(timeout=30)
        built.database.close()


def _await_health(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until(lambda: _is_up(url) or process.poll() is not None, "the hub is up", logs=log.read_text)
    assert process.poll() is None, log.read_text()[-3000:]


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=2).is_success
    except httpx.TransportError:
        return False
