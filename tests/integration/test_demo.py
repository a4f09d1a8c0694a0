"""The demo tells its whole story, and says clearly when it cannot."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from sandbox.demo.processes import Children, StartProblem
from sandbox.serving import free_port

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "analysis_core" / "models" / "weights"


def _environment(directory: Path, **ports: int) -> dict[str, str]:
    numbers = {"HUB_PORT": free_port(), "SANDBOX_PORT": free_port()} | ports
    return dict(os.environ) | {name: str(port) for name, port in numbers.items()} | {"DEMO_DIR": str(directory)}


def _run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sandbox.demo", "--exit"]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=560, check=False)


def _check_until_it_fails(children: Children) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        children.check()
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not WEIGHTS.is_dir(), reason="needs the models: make models")
def test_one_call_reaches_salesforce_slack_and_the_subscriber(tmp_path: Path) -> None:
    environment = _environment(tmp_path)

    done = _run(environment)

    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("Trust Score", "Contact Priya Shah", "Opportunity Contoso renewal", "Task “Call", "Slack #deal-room"):
        assert words in done.stdout
    for port in ("HUB_PORT", "SANDBOX_PORT"):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{environment[port]}/")


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        done = _run(_environment(tmp_path, HUB_PORT=holder.getsockname()[1]))

    assert done.returncode == 1
    assert "choose another one with HUB_PORT" in done.stdout
    assert not (tmp_path / "sandbox").exists()


def test_children_end_with_the_block_and_a_dead_one_is_quoted(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        children.start("web", ["http.server", "--bind", "127.0.0.1", str(port := free_port())], os.environ)
        children.wait_for("web", f"http://127.0.0.1:{port}/")
        children.start("broken", ["no_such_module"], os.environ)
        with pytest.raises(StartProblem, match=r"broken ended with status 1\n.*No module named no_such_module"):
            _check_until_it_fails(children)

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/")
