"""The demo tells its whole story, and says clearly when it cannot."""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from sandbox.demo.processes import Children, StartProblem
from sandbox.serving import free_port

PLACES = {
    "Salesforce task": 2,
    "HubSpot call": 2,
    "Slack message in #deal-room": 2,
    "signed webhook": 2,
    "Team Chat message to the host": 1,
    "mail to the organiser": 1,
}
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
def test_a_zoom_and_a_teams_call_reach_every_destination_and_both_owners(tmp_path: Path) -> None:
    environment = _environment(tmp_path) | {"HUB_DATA_DIR": str(tmp_path / "hub data")}

    done = _run(environment)

    assert done.returncode == 0, done.stdout + done.stderr
    counts = Counter(line.strip().partition("  ")[0] for line in done.stdout.splitlines())
    assert {place: counts[f"1 {place}"] for place in PLACES} == PLACES
    for words in ("Salesforce Contact Priya Shah", "Salesforce Opportunity", "HubSpot Contact", "HubSpot Deal"):
        assert f"  {words}" in done.stdout
    assert "links to records and messages lead to pages" in done.stdout
    hops = _hops(done.stdout)
    assert set(hops) >= {"announced to the hub", "fetched", "analysed", "published", "matched", "in Salesforce"}
    for zoom, teams in (hops["announced to the hub"], hops["analysed"], hops["in HubSpot"], hops["in #deal-room"]):
        assert zoom > 0
        assert teams > 0
    assert hops["announced to the hub"][0] < hops["fetched"][0] < hops["analysed"][0] <= hops["published"][0]
    assert (tmp_path / "hub data" / "hub.db").is_file()
    for port in ("HUB_PORT", "SANDBOX_PORT"):
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"http://127.0.0.1:{environment[port]}/")


def test_a_hub_that_is_no_demo_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "hub.db").write_bytes(b"precious")

    done = _run(_environment(tmp_path) | {"HUB_DATA_DIR": str(tmp_path / "mine")})

    assert done.returncode == 1
    assert "give HUB_DATA_DIR an empty directory" in done.stdout
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["hub.db"]


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


def _hops(told: str) -> dict[str, list[float]]:
    """Seconds by stage, for each meeting that reached it."""
    table = told.partition("by the hub's timeline")[2].partition("Sign in")[0].splitlines()[2:]
    return {line[:44].strip(): [float(figure) for figure in line[44:].split()] for line in table if line.strip()}
