"""Answers that are a recording's bytes, or lead to them: read as a download reads them."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.base.manifest import Capability, Manifest
from connectors.base.recorded import Recorded

_MEDIA: Final = ("video/", "audio/", "application/octet-stream")
_FOLLOWED: Final = frozenset({301, 302, 303, 307, 308})


def download_in(manifest: Manifest, recorded: Recorded) -> Mapping[str, Any] | None:
    """What was sent, or which host has it; None for anything else. Addresses of files are secrets, and not shown."""
    if not manifest.can(Capability.SOURCE):
        return None
    if recorded.status in _FOLLOWED:
        host = urlsplit(recorded.headers.get("location", "")).hostname
        return {"download": {"at": host}} if host else None
    kind = recorded.headers.get("content-type", "")
    if not kind.startswith(_MEDIA):
        return None
    return {"download": {"type": kind, "range": recorded.headers.get("content-range")}}
