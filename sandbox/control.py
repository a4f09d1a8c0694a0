"""`/_sandbox`: how tests and the demo pull the strings. Meetings and subscribers have theirs in their own folders."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Body, HTTPException

from sandbox.kit.fault import SPECIAL_KINDS, Fault
from sandbox.kit.mix import Mix, MixOrder
from sandbox.kit.refusals import Refusals
from sandbox.kit.request_log import RequestLog
from sandbox.kit.simulator import Simulator
from sandbox.kit.store import Doc
from sandbox.kit.world import World


class Control:
    """The routes that concern all simulators alike."""

    def __init__(self, world: World, simulators: Sequence[Simulator], log: RequestLog) -> None:
        self._world = world
        self._by_name = {simulator.name: simulator for simulator in simulators}
        self._log = log
        self.router = APIRouter(prefix="/_sandbox")
        self.router.add_api_route("/health", self.health, methods=["GET"])
        self.router.add_api_route("/faults", self.order_faults, methods=["POST"], status_code=201)
        self.router.add_api_route("/faults/mix", self.order_mix, methods=["POST"], status_code=201)
        self.router.add_api_route("/faults", self.list_faults, methods=["GET"])
        self.router.add_api_route("/faults", self.cancel_faults, methods=["DELETE"])
        self.router.add_api_route("/reset", self.reset, methods=["POST"])
        self.router.add_api_route("/requests", self.requests, methods=["GET"])
        self.router.add_api_route("/limits", self.limits, methods=["GET"])
        self.router.add_api_route("/state/{provider}", self.state, methods=["GET"])
        self.router.add_api_route("/options/{provider}", self.set_options, methods=["PUT"])
        self.router.add_api_route("/revoke/{provider}", self.revoke, methods=["POST"])
        self.router.add_api_route("/webhook/{provider}", self.send_event, methods=["POST"])

    async def health(self) -> Doc:
        """Whether it is up, and with which simulators."""
        return {"ok": True, "simulators": list(self._by_name)}

    async def order_faults(self, orders: list[Fault]) -> list[Doc]:
        """Let something go wrong."""
        for order in orders:
            self._require_known(self._the(order.provider), order)
        self._world.faults.add(orders)
        return self._world.faults.listing()

    async def order_mix(self, order: MixOrder) -> list[Doc]:
        """Let a share of all requests go wrong, in ways that depend on the seed alone."""
        for name in order.providers or self._by_name:
            self._world.faults.mix(Mix(name, order, self._the(name).special_faults))
        return self._world.faults.listing()

    async def list_faults(self) -> list[Doc]:
        """What is still to go wrong."""
        return self._world.faults.listing()

    async def cancel_faults(self) -> list[Doc]:
        """Let all go well."""
        self._world.faults.clear()
        return []

    async def reset(self, provider: str | None = None) -> Doc:
        """Back to the seeded state, of one provider or of everything; cancels all faults."""
        self._world.faults.clear()
        self._world.store.clear(self._the(provider).name if provider else None)
        if provider:
            for kind in ("options", "refused"):
                self._world.collection("sandbox", kind).delete(provider)
        for simulator in self._by_name.values():
            simulator.seed()
        return {"ok": True}

    async def requests(self, provider: str | None = None) -> list[Doc]:
        """The request log, oldest first."""
        return self._log.listing(provider)

    async def limits(self) -> Doc:
        """How many calls each provider refused because there were too many, by limit."""
        return {name: Refusals(self._world, name).by_policy() for name in self._by_name}

    async def state(self, provider: str) -> Doc:
        """Everything a simulator holds."""
        return self._the(provider).state()

    async def set_options(self, provider: str, changes: Annotated[Doc, Body()]) -> Doc:
        """Change how a simulator behaves until the next reset."""
        options = self._world.collection("sandbox", "options")
        merged = (options.get(self._the(provider).name) or {}) | changes
        options.put(provider, merged)
        return merged

    async def revoke(self, provider: str) -> Doc:
        """Kill every token, as when an admin removes the app."""
        self._the(provider).revoke_all()
        return {"ok": True}

    async def send_event(self, provider: str, order: Annotated[Doc, Body()]) -> Doc:
        """Send a custom event with the provider's signature."""
        try:
            return await self._the(provider).send_event(order)
        except NotImplementedError as error:
            raise HTTPException(400, f"{provider} sends no events here") from error
        except (KeyError, TypeError, ValueError) as error:
            raise HTTPException(422, f"the order is incomplete: {error}") from error

    def _require_known(self, simulator: Simulator, order: Fault) -> None:
        if order.kind in SPECIAL_KINDS and order.kind not in simulator.special_faults:
            raise HTTPException(422, f"{simulator.name} knows no {order.kind}")

    def _the(self, name: str) -> Simulator:
        if name not in self._by_name:
            raise HTTPException(404, f"no simulator is called {name}: there are {', '.join(self._by_name)}")
        return self._by_name[name]
