"""Reads the fixtures that lie in a connector's folder; see `connectors.base.testing`."""

import json
from pathlib import Path
from typing import Any

from connectors.base.manifest import Manifest
from connectors.base.testing import Answer, FakeProvider

_PLAIN = {
    "unauthorized": Answer(401, {"message": "the token is not valid"}),
    "rate_limited": Answer(429, {"message": "too many calls"}, {"Retry-After": "7"}),
    "unavailable": Answer(503, {"message": "come back later"}),
}


def check_fixture(manifest: Manifest) -> dict[str, Any]:
    """How the provider answers `check()`."""
    fixture: dict[str, Any] = json.loads((manifest.folder / "fixtures" / "check.json").read_text(encoding="utf-8"))
    return fixture


def load_answers(provider: FakeProvider) -> dict[str, Answer]:
    """The provider's answers by request, and its ways to refuse by name."""
    fixture = check_fixture(provider.manifest)
    refusals = {name: _answer(fixture[name]) for name in _PLAIN if name in fixture}
    answers = {request: _answer(answer) for request, answer in fixture["answers"].items()}
    return {**_PLAIN, **refusals, **answers}


def webhook_fixtures(manifest: Manifest) -> list[Path]:
    """Event bodies with what they mean."""
    return sorted((manifest.folder / "fixtures").glob("webhook.*.json"))


def _answer(fields: dict[str, Any]) -> Answer:
    return Answer(fields.get("status", 200), fields.get("body", {}), fields.get("headers", {}))
