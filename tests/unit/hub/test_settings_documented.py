"""The operator's guide names every setting."""

from pathlib import Path

import pytest

from hub.settings import Settings

GUIDE = (Path(__file__).parents[3] / "docs" / "deploy.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_stands_in_the_guide(field: str) -> None:
    assert f"`HUB_{field.upper()}" in GUIDE
