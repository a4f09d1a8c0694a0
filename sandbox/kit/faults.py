"""Faults that tests and people order: what should go wrong, where, and how often."""

import random
from typing import Any

from sandbox.kit.fault import WEBHOOK_KINDS, Fault
from sandbox.kit.mix import Mix


class Faults:
    """The orders that are not used up, and at most one mix for each provider."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._orders: list[Fault] = []
        self._mixes: dict[str, Mix] = {}
        self._chance = chance or random.Random()  # noqa: S311 - chance of a simulated fault, not a secret

    def add(self, orders: list[Fault]) -> None:
        """Order more."""
        self._orders.extend(orders)

    def mix(self, mix: Mix) -> None:
        """Let a share of a provider's requests and webhooks go wrong; replaces the former mix."""
        self._mixes[mix.provider] = mix

    def clear(self) -> None:
        """Cancel all."""
        self._orders.clear()
        self._mixes.clear()

    def listing(self) -> list[dict[str, Any]]:
        """What is ordered, with how often it happened."""
        return [order.model_dump() for order in self._orders] + [mix.summary() for mix in self._mixes.values()]

    def for_request(self, provider: str, method: str, path: str) -> Fault | None:
        """The fault this request meets, which counts as one hit."""
        ordered = self._take(lambda f: f.kind not in WEBHOOK_KINDS and f.concerns(provider, method, path))
        mix = self._mixes.get(provider)
        return ordered or (mix.for_request(method, path) if mix else None)

    def for_webhook(self, provider: str, kind: str) -> Fault | None:
        """The fault that an outgoing webhook meets."""
        ordered = self._take(lambda f: f.kind == kind and f.provider == provider)
        mix = self._mixes.get(provider)
        return ordered or (mix.for_webhook(kind) if mix else None)

    def _take(self, accept: Any) -> Fault | None:
        for order in self._orders:
            if accept(order) and self._chance.random() < order.probability:
                self._hit(order)
                return order
        return None

    def _hit(self, order: Fault) -> None:
        order.hits += 1
        if order.times is not None and order.hits >= order.times:
            self._orders.remove(order)
