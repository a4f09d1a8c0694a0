"""What a provider's folder has to offer, in its `simulator.py`, as `create(world) -> Simulator`."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from fastapi import APIRouter
from starlette.responses import Response

from sandbox.kit.fault import Kind


class Simulator(Protocol):
    """One simulated provider."""

    name: str
    title: str
    summary: str
    """One sentence for the index page."""
    prefixes: tuple[str, ...]
    """Paths that are this provider's, for the request log and for faults."""
    special_faults: ClassVar[Mapping[Kind, tuple[str, ...]]]
    """Faults that only some providers know, with the paths (`/part` or `POST /part`) where a mix lets them happen."""
    router: APIRouter

    def seed(self) -> None:
        """Put the demo data there unless it is."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything it holds, for tests."""
        ...

    def fault_response(self, kind: str, fault: dict[str, Any], /) -> Response:
        """The provider's own way of saying 429, 500 and so on."""
        ...

    def revoke_all(self) -> None:
        """Kill every token that was issued."""
        ...

    async def send_event(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send a custom signed event to `request["url"]`. Raises `NotImplementedError` where there are none."""
        ...

    async def start(self) -> None:
        """Pick up what a restart interrupted."""
        ...

    async def stop(self) -> None:
        """End background work."""
        ...
