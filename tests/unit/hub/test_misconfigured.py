"""A mistake in the settings is told in a line, by the variable's name and never by its value."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hub import __version__
from hub.misconfigured import unknown_variables
from hub.settings import Settings

ROOT = Path(__file__).parents[3]
SECRET = "geheim-wort"


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("HUB_PORT", SECRET, "HUB_PORT: Input should be a valid integer"),
        ("HUB_RETENTION_DAYS", "-3", "HUB_RETENTION_DAYS: Input should be greater than or equal to 1"),
        ("HUB_TRUSTED_PROXIES", SECRET, "HUB_TRUSTED_PROXIES: Takes addresses or networks of proxies"),
        ("HUB_PUBLIC_URL", SECRET, "HUB_PUBLIC_URL: Takes an address without a path"),
        ("HUB_DATABASE_URL", f"mysql://hub:{SECRET}@db/hub", "HUB_DATABASE_URL: Takes postgresql://"),
        ("HUB_MASTER_KEY", SECRET, "HUB_MASTER_KEY must be URL-safe base64 of 32 bytes"),
        ("HUB_OAUTH_APPS", SECRET, "A setting can't be read"),
        ("HUB_OAUTH_APPS__ZOOOM__CLIENT_ID", SECRET, "HUB_OAUTH_APPS names 'zooom'"),
        ("HUB_DATABASE_URL", f"postgresql://hub:{SECRET}@127.0.0.1:1/hub", "The database can't be reached"),
        ("HUB_DATA_DIR", "/dev/null/hub", "HUB_DATA_DIR: /dev/null/hub can't be written to"),
    ],
)
def test_a_wrong_setting_ends_the_command_with_a_line_that_names_it(
    tmp_path: Path, variable: str, value: str, said: str
) -> None:
    done = _hub(tmp_path, "serve", **{variable: value})

    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr + done.stdout
    assert len(done.stderr.splitlines()) <= 2


def test_a_taken_port_is_told_before_any_address(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        done = _hub(tmp_path, "serve", HUB_PORT=str(holder.getsockname()[1]))

    assert done.returncode == 1
    assert "see HUB_HOST and HUB_PORT" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("HUB_RETENTION_DAY", "HUB_RETENTION_DAYS"),
        ("HUB_OAUTH_APPS__ZOOOM__CLIENT_ID", "HUB_OAUTH_APPS__ZOOM__CLIENT_ID"),
        ("HUB_TRACING__ENDPOIN", "HUB_TRACING__ENDPOINT"),
    ],
)
def test_a_variable_that_is_no_setting_is_told_with_what_was_meant(name: str, meant: str) -> None:
    assert unknown_variables([name]) == [f"{name} is no setting of the hub and changes nothing. Did you mean {meant}?"]


def test_settings_and_other_programs_variables_are_not_told() -> None:
    settings = [f"HUB_{name}".upper() for name in Settings.model_fields]

    assert unknown_variables([*settings, "HUB_OAUTH_APPS__ZOOM__HOSTS__API", "hub_port", "PATH", "HUBBLE"]) == []


def test_the_command_says_its_version(tmp_path: Path) -> None:
    assert _hub(tmp_path, "--version").stdout == f"hub {__version__}\n"


def _hub(data_dir: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return subprocess.run(
        [sys.executable, "-m", "hub.cli", *arguments],
        env={**own, "HUB_DATA_DIR": str(data_dir), **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
