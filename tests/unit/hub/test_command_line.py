"""The `hub` command."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from hub import runtime as runtimes
from hub.accounts import service
from hub.accounts.errors import WrongCredentials
from hub.accounts.service import Founder
from hub.cli import app
from hub.settings import Settings

ROOT = Path(__file__).parents[3]
Run = Callable[..., Any]
_PROBE = """
import json, sys
sys.argv = ["hub", "analyse", "--help"]
from hub.cli import main
try:
    main()
except SystemExit:
    pass
print(json.dumps([name for name in ("fastapi", "uvicorn", "dbos", "sqlalchemy") if name in sys.modules]))
"""


def test_analysing_a_file_loads_neither_the_web_nor_the_engine() -> None:
    printed = subprocess.run([sys.executable, "-c", _PROBE], cwd=ROOT, check=True, capture_output=True, text=True)

    assert json.loads(printed.stdout.splitlines()[-1]) == []


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on a store of its own."""
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "hub"))
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, list(arguments))


def test_a_key_is_made_listed_and_revoked(run: Run) -> None:
    narrow = ("--name", "Nightly", "--plan", "sandbox", "--scope", "analyse", "--expires", "2999-12-31")
    made = run("keys", "create", *narrow)

    assert re.fullmatch(r"ed_test_sk_\S+\n", made.stdout)
    (line,) = run("keys", "list").stdout.splitlines()
    key_id, hint, *rest = line.split("\t")
    assert made.stdout.strip().endswith(hint.removeprefix("..."))
    assert rest == ["sandbox", "analyse", "ends 3000-01-01 00:00Z", "My organisation", "Nightly"]
    assert run("keys", "revoke", key_id).exit_code == 0
    assert "revoked" in run("keys", "list").stdout


@pytest.mark.parametrize(
    "wrong", [("--scope", "nonsense"), ("--expires", "soon"), ("--expires", "2001-01-01"), ("--plan", "free")]
)
def test_a_key_that_cannot_be_is_refused(run: Run, wrong: tuple[str, str]) -> None:
    refused = run("keys", "create", *wrong)

    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert refused.stderr.strip()
    assert run("keys", "revoke", "key_unknown").exit_code == 1


def test_a_sole_owner_who_lost_their_password_gets_in_again(run: Run) -> None:
    link = run("first-run").stdout.strip()
    runtime = runtimes.build(Settings())
    founder = Founder("Northwind", "northwind.example", "Dana", "dana@northwind.example", "a long password")
    with runtime.database.transaction() as session:
        token = link.partition("token=")[2]
        service.found_organisation(session, token, founder, region="uk", user_agent="", now=runtime.clock())

    assert run("members", "list").stdout == "dana@northwind.example\towner\tNorthwind\tDana\n"
    password = run("members", "reset-password", "Dana@Northwind.example").stdout.strip()

    given: dict[str, Any] = {"email": founder.email, "address": "", "user_agent": "", "former_token": None}
    assert service.sign_in(runtime, password=password, **given)
    with pytest.raises(WrongCredentials):
        service.sign_in(runtime, password=founder.password, **given)
    assert run("members", "reset-password", "nobody@northwind.example").exit_code == 1
    runtime.database.close()


def test_serving_in_another_region_is_refused_with_advice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("keys", "create")
    monkeypatch.setenv("HUB_REGION", "eu")

    refused = run("serve")

    assert refused.exit_code == 1
    assert "hub declare-region eu" in refused.stderr
    assert run("declare-region", "eu").exit_code == 0
    assert run("declare-region", "mars").exit_code == 1
