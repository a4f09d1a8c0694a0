"""Faults that tests and people order: what should go wrong, where, and how often."""

import random
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "429",
    "429_retry_after",
    "500",
    "500_after",
    "slow",
    "cut",
    "lock_row",
    "expired_download",
    "revoke_family",
    "late_webhook",
    "double_webhook",
]

WEBHOOK_KINDS = ("late_webhook", "double_webhook")


class Fault(BaseModel):
    """One order. It holds for requests of `provider` whose path contains `path` and whose method is `method`.

    `cut` lets the request take effect and then drops the connection after `after_bytes` of the answer;
    `500_after` lets it take effect and answers 500; `500` and the rest answer instead of the provider.
    """

    model_config = ConfigDict(extra="forbid")

    provider: str
    kind: Kind
    path: str = ""
    method: str = ""
    times: int | None = Field(default=1, ge=1)
    """How often; None for always."""
    probability: float = Field(default=1.0, ge=0, le=1)
    seconds: float = Field(default=2.0, ge=0)
    """How late a `slow` answer or `late_webhook` is, and the Retry-After of `429_retry_after`."""
    after_bytes: int = Field(default=0, ge=0)
    hits: int = 0

    def concerns(self, provider: str, method: str, path: str) -> bool:
        """Whether a request is meant."""
        return self.provider == provider and self.path in path and self.method.upper() in ("", method)


class Faults:
    """The orders that are not used up."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._orders: list[Fault] = []
        self._chance = chance or random.Random()  # noqa: S311 - chance of a simulated fault, not a secret

    def add(self, orders: list[Fault]) -> None:
        """Order more."""
        self._orders.extend(orders)

    def clear(self) -> None:
        """Cancel all."""
        self._orders.clear()

    def listing(self) -> list[dict[str, Any]]:
        """What is ordered, with how often it happened."""
        return [order.model_dump() for order in self._orders]

    def for_request(self, provider: str, method: str, path: str) -> Fault | None:
        """The fault this request meets, which counts as one hit."""
        return self._take(lambda f: f.kind not in WEBHOOK_KINDS and f.concerns(provider, method, path))

    def for_webhook(self, provider: str, kind: str) -> Fault | None:
        """The fault that an outgoing webhook meets."""
        return self._take(lambda f: f.kind == kind and f.provider == provider)

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
