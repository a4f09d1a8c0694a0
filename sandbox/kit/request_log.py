"""Every provider request that arrived, for tests and for people who wonder."""

import json
from typing import Any

from sandbox.kit.store import Doc
from sandbox.kit.world import World

KEPT = 2000
BODY_LIMIT = 20_000
HIDDEN_HEADERS = ("authorization", "cookie")


class RequestLog:
    """The newest requests. Credentials are not kept."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._entries = world.collection("sandbox", "request")
        self._number = max((entry["number"] for entry in self._entries.all()), default=0)

    def add(self, entry: Doc) -> None:
        """Keep one."""
        self._number += 1
        self._entries.put(str(self._number), entry | {"number": self._number, "at": self._world.clock().isoformat()})
        if self._number % 100 == 0:
            self._entries.keep_newest(KEPT)

    def listing(self, provider: str | None = None) -> list[Doc]:
        """Oldest first."""
        return self._entries.find(lambda entry: provider in (None, entry["provider"]))


def readable_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Header names in lower case, without the ones that hold credentials."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in raw}
    return {name: value for name, value in headers.items() if name not in HIDDEN_HEADERS}


def readable_body(body: bytes, content_type: str) -> Any:
    """The JSON it holds, or its text; files are only measured, forms may hold secrets and are left out."""
    if not body:
        return None
    if "form" in content_type or len(body) > BODY_LIMIT:
        return f"<{len(body)} bytes>"
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", errors="replace")
