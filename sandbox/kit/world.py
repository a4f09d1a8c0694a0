"""What one running sandbox shares."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.kit.clock import utc_now
from sandbox.kit.faults import Faults
from sandbox.kit.store import Collection, Store
from sandbox.settings import SandboxSettings


@dataclass(frozen=True)
class World:
    """Settings, store, faults, clock and randomness of one sandbox."""

    settings: SandboxSettings
    store: Store
    faults: Faults
    clock: Callable[[], datetime] = utc_now
    token: Callable[[int], str] = field(default=secrets.token_urlsafe)

    def collection(self, provider: str, kind: str) -> Collection:
        """All documents of one kind."""
        return self.store.collection(provider, kind)

    def options(self, provider: str, defaults: dict[str, Any]) -> dict[str, Any]:
        """A simulator's behaviour: its defaults with what `PUT /_sandbox/options/{provider}` changed."""
        return defaults | (self.collection("sandbox", "options").get(provider) or {})
