"""Servers in processes of their own, and how much processor time they took."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.error import URLError

from bench.sources import ROOT

_READY_WITHIN_S: Final = 120.0
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A server on the loopback interface."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Processor time of the process and of those it started, kernel included."""
        return sum(_cpu_s(pid) for pid in (self.pid, *_children(self.pid)))

    def own_cpu_s(self) -> float:
        """The same without those it started."""
        return _cpu_s(self.pid)


@contextmanager
def hub(folder: Path) -> Iterator[tuple[Server, str]]:
    """`hub serve` on a store of its own, and a key of an unlimited plan."""
    port = _free_port()
    environment = {"HUB_DATA_DIR": str(folder), "HUB_PORT": str(port)}
    command = [sys.executable, "-m", "hub.cli"]
    plan = ["keys", "create", "--plan", "enterprise"]
    made = subprocess.run(
        [*command, *plan], env=_inherited(environment), cwd=ROOT, check=True, capture_output=True, text=True
    )
    key = re.search(r"ed_live_sk_\S+", made.stdout)
    if key is None:
        raise RuntimeError(f"no key was printed: {made.stdout}")
    with _serving([*command, "serve"], port, environment) as server:
        yield server, key[0]


@contextmanager
def bare(body: Path) -> Iterator[Server]:
    """The bare framework, which answers with this file."""
    port = _free_port()
    with _serving([sys.executable, "-m", "bench.api.bare", str(port), str(body)], port, {}) as server:
        yield server


@contextmanager
def _serving(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[Server]:
    process = subprocess.Popen(command, env=_inherited(environment), cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _await(port, process)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + _READY_WITHIN_S
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).close()
        except (URLError, OSError):
            if process.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.2)
        else:
            return


def _inherited(environment: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return {**kept, **environment}


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # it has ended meanwhile
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
