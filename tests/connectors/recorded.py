"""Recorded calls that lie in a connector's folder, each with what should come of it."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.base.manifest import Manifest
from hub.connections.replay.run import replay
from hub.settings import Settings

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def recorded_fixtures(manifest: Manifest) -> list[Path]:
    """Calls in the format of `connectors.base.recorded`; their `_expect` is part of the outcome."""
    return sorted((manifest.folder / "fixtures").glob("recorded.*.json"))


def replayed(name: str, data: bytes, secret: str = "") -> dict[str, Any]:
    """The outcome as it would be printed."""
    settings = Settings(oauth_apps={})
    return asyncio.run(replay(settings, name, data, NOW, secret)).as_json()


def as_file(**members: Any) -> bytes:
    return json.dumps(members).encode()


def differences(wanted: Any, found: Any, where: str = "outcome") -> list[str]:
    """Where `found` lacks what is wanted; what is not spoken of may be anything."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        missing = [f"{where}.{name} is missing" for name in wanted if name not in found]
        inner = [differences(value, found[name], f"{where}.{name}") for name, value in wanted.items() if name in found]
        return missing + [line for lines in inner for line in lines]
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return [line for n, (one, other) in pairs for line in differences(one, other, f"{where}[{n}]")]
    return [] if wanted == found else [f"{where} is {found!r}, not {wanted!r}"]
