"""The whole OpenAPI document, fuzzed against a running hub: no 5xx, no answer that it does not describe.

Usually four examples for each call and its own ones. With `HUB_FUZZ_EXAMPLES` that many, every boundary of every field,
and calls that follow each other: `HUB_FUZZ_EXAMPLES=3 make test ARGS="-k fuzzed_api"` makes over two thousand.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.support.own_hub import Served, served

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "tests" / "support" / "schemathesis.toml"
ASKED = os.environ.get("HUB_FUZZ_EXAMPLES")
EXAMPLES, PHASES = (ASKED, "examples,coverage,fuzzing,stateful") if ASKED else ("4", "examples,fuzzing")
WITHIN_S = 7200 if ASKED else 900


@pytest.mark.slow
@pytest.mark.timeout(WITHIN_S + 60)
@pytest.mark.parametrize("store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_call_answers_as_described(store: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if store == "postgresql" else ""
    with served(tmp_path, url) as hub:
        httpx.get(f"{hub.url}/openapi.json", timeout=120).raise_for_status()  # it is made at the first request
        done = _fuzz(hub, tmp_path)
        log = hub.log.read_text()

    assert done.returncode == 0, done.stdout[-20_000:] + log[-4000:]
    generated = re.search(r"([\d,]+) generated", done.stdout)
    assert generated, done.stdout[-2000:]
    assert int(generated[1].replace(",", "")) >= (2000 if ASKED else 100)
    assert "request.failed" not in log


def _fuzz(hub: Served, folder: Path) -> "subprocess.CompletedProcess[str]":
    options = [
        "--checks", "all",
        "--phases", PHASES, "--max-examples", EXAMPLES, "--generation-deterministic",
        "--continue-on-failure", "--no-shrink", "--no-color", "--request-timeout", "60", "--warnings", "off",
        "--header", f"Authorization: Bearer {hub.key}",
    ]  # fmt: skip
    program = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)]
    return subprocess.run(
        [*program, "run", f"{hub.url}/openapi.json", *options],
        cwd=folder, capture_output=True, text=True, timeout=WITHIN_S, check=False,
    )  # fmt: skip
