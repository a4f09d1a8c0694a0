"""What the analysis process is told."""

from pathlib import Path

import pytest

from hub.analysis import runner


def test_the_analysis_finds_the_models_and_learns_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ECHODEPTH_MODELS_DIR", "weights")
    monkeypatch.setenv("HUB_MASTER_KEY", "a secret")

    environment = runner.child_environment(tmp_path)

    assert environment["ECHODEPTH_MODELS_DIR"] == str(Path("weights").absolute())
    assert not [name for name in environment if name.startswith("HUB_")]
