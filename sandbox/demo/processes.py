"""The demo's child processes: simulators and hub, ended by their ids whatever happens."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

import httpx

START_SECONDS = 90
STOP_SECONDS = 20


class StartProblem(Exception):
    """Something did not start, with the end of what it printed."""


class Children:
    """Processes that end with the `with` block."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> "Children":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        for process in reversed(self._processes.values()):
            _end(process)

    def start(self, name: str, module: list[str], environment: Mapping[str, str]) -> None:
        """Run a Python module; its output goes to a log file."""
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log(name).open("wb") as output:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", *module],
                env=dict(environment),
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C goes to the demo, which ends its children itself
                start_new_session=True,
            )

    def wait_for(self, name: str, url: str) -> None:
        """Wait until the process answers there. Raises `StartProblem`."""
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            self.check()
            if time.monotonic() > deadline:
                raise StartProblem(f"{name} did not answer at {url} within {START_SECONDS} s\n{self.tail(name)}")
            time.sleep(0.1)

    def check(self) -> None:
        """Raise `StartProblem` when one of them has ended."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                raise StartProblem(f"{name} ended with status {process.returncode}\n{self.tail(name)}")

    def log(self, name: str) -> Path:
        """Where a process's output goes."""
        return self._logs / f"{name}.log"

    def tail(self, name: str, lines: int = 25) -> str:
        """The end of a process's output."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])


def require_free_port(port: int, variable: str) -> None:
    """Raise `StartProblem` when somebody listens there already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise StartProblem(f"port {port} is taken; choose another one with {variable}") from error


def wait_until(condition: Callable[[], bool], seconds: float, every: float = 0.25) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.kill(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
