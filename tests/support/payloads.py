"""Published example payloads of providers, where the reference material is present."""

import json
from pathlib import Path
from typing import Any

import pytest

_FOLDER = Path(__file__).resolve().parents[3] / "shared" / "providers" / "payloads"


def payload(name: str) -> dict[str, Any]:
    """One example (`slack/error.not_in_channel`); skips the test when the material is absent."""
    path = _FOLDER / f"{name}.json"
    if not path.is_file():
        pytest.skip("the published example payloads are not here")
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded
