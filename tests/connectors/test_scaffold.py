"""`hub connector new`: a folder that loads at once, and whose tests say what is left to do."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import connectors
from connectors import registry
from connectors.base import connector as contract
from connectors.base.manifest import Capability
from hub.cli import app
from hub.connections.kinds import Kind
from hub.connections.scaffold import ScaffoldError, scaffold
from tests.connectors.recorded import differences, recorded_fixtures, replayed
from tests.connectors.test_conformance import TestFolder


@pytest.fixture
def more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A second place where connectors are found."""
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(tmp_path)])
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("connectors.quill")]:
        del sys.modules[name]


@pytest.mark.parametrize("kind", Kind)
def test_a_new_folder_loads_and_its_class_has_every_method(more: Path, kind: Kind) -> None:
    made = scaffold("quill_cast", kind, more)

    manifest = registry.manifest("quill_cast")
    connector = registry.connector_class("quill_cast")
    wanted = [name for name in vars(getattr(contract, kind.value.capitalize())) if not name.startswith("_")]
    assert manifest.name == "Quill Cast"
    assert manifest.capabilities == (Capability(kind.value),)
    assert all(path.is_file() for path in made)
    assert all(hasattr(connector, name) for name in [*wanted, "check"])
    assert (manifest.webhook is not None) == (kind is Kind.SOURCE)


def test_its_tests_fail_and_say_what_is_left_to_do(more: Path) -> None:
    scaffold("quill_cast", Kind.SOURCE, more)
    manifest = registry.manifest("quill_cast")

    with pytest.raises(AssertionError) as raised:
        TestFolder().test_nothing_is_left_to_do_in_it(manifest)

    for file in ("connector.py", "manifest.toml", "README.md", "fixtures/check.json", "mapping.py"):
        assert file in str(raised.value)
    with pytest.raises(NotImplementedError, match="TODO: parse"):
        replayed("quill_cast", b'{"body": {"call": 1}}')
    success = next(path for path in recorded_fixtures(manifest) if "success" in path.name)
    assert differences({"response": {"TODO": ""}}, replayed("quill_cast", success.read_bytes()))


@pytest.mark.parametrize("name", ["Quill", "9lives", "quill-cast", "_quill", "quill__cast", "class", "", "../quill"])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScaffoldError, match="cannot be"):
        scaffold(name, Kind.SOURCE, tmp_path)


@pytest.mark.parametrize("name", ["zoom", "graph", "base", "webhook"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    result = CliRunner().invoke(app, ["connector", "new", name, "--category", "source"])

    assert result.exit_code == 2
    assert "already" in result.stderr


def test_the_command_says_what_comes_next(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["connector", "new", "quill", "--category", "notifier", "--folder", str(tmp_path)])

    assert result.exit_code == 0
    assert "pytest tests/connectors -k quill" in result.stdout
    assert (tmp_path / "quill" / "connector.py").is_file()
