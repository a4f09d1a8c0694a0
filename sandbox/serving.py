"""The simulators inside another process, for tests."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from sandbox.app import create_app
from sandbox.settings import SandboxSettings

START_SECONDS = 20


@contextmanager
def running(data_dir: Path, recordings_dir: Path | None = None, port: int = 0) -> Iterator[str]:
    """Serve on a loopback port (a free one for 0) in a thread; gives the base URL.

    Raises `TimeoutError` when the server does not come up.
    """
    port = port or free_port()
    settings = SandboxSettings(port=port, data_dir=data_dir)
    if recordings_dir is not None:
        settings = settings.model_copy(update={"recordings_dir": recordings_dir})
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=port, log_level="warning", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        _wait_until_up(server, thread)
        yield settings.base_url
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_up(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if time.monotonic() > deadline or not thread.is_alive():
            raise TimeoutError("the simulators did not start")
        time.sleep(0.02)
