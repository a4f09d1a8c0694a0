"""Runs code as its reader would: in a directory with the files it names, against a hub."""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NODE_SDK = ROOT / "sdk" / "node"
_WITHIN_S = 240


def run(command: list[str], directory: Path, **environment: str) -> str:
    """What it prints; fails with everything it printed where it fails."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "PYTEST", "ECHODEPTH_"))}
    done = subprocess.run(
        command, cwd=directory, env={**kept, **environment}, capture_output=True, text=True, timeout=_WITHIN_S
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def run_python(code: str, directory: Path, **environment: str) -> str:
    """Run a program with the Python client beside it."""
    source = str(ROOT / "sdk" / "python" / "src")
    return run([sys.executable, "-W", "error", "-c", code], directory, PYTHONPATH=source, **environment)


def run_node(code: str, directory: Path, **environment: str) -> str:
    """Run an ES module with both npm packages installed beside it."""
    require_node_sdk()
    modules = directory / "node_modules" / "@echodepth"
    if not modules.exists():
        shutil.copytree(NODE_SDK / "dist", modules / "sdk" / "dist")
        shutil.copy(NODE_SDK / "package.json", modules / "sdk")
        shutil.copytree(ROOT / "sdk" / "node-client", modules / "client")
    program = directory / "program.mjs"
    program.write_text(code, encoding="utf-8")
    return run(["node", *_web_socket(), str(program)], directory, NODE_NO_WARNINGS="1", **environment)


def require_node_sdk() -> None:
    """The Node client is tested as it is built."""
    if not (NODE_SDK / "dist" / "cjs" / "package.json").exists():
        pytest.fail("the Node client is not built: run `make sdk`")


def _web_socket() -> list[str]:
    """Browsers have a WebSocket; Node has one from version 22 on, and behind a flag before."""
    version = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return [] if int(version.removeprefix("v").split(".")[0]) >= 22 else ["--experimental-websocket"]


@contextmanager
def file_server(files: Mapping[str, Path], otherwise: Path) -> Iterator[str]:
    """Gives files by their suffix, whatever path is asked for."""

    class Given(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(Path(self.path).suffix, otherwise).read_bytes()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Given)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
