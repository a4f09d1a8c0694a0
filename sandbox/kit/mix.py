"""Many things that go wrong at random, the same ones for the same seed: a bad day at a provider."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from sandbox.kit.fault import WEBHOOK_KINDS, Fault, Kind

EVERYWHERE: tuple[Kind, ...] = ("429", "429_retry_after", "500", "500_after", "503_retry_after", "cut", "slow")
"""What any request can meet; the rest a provider knows at some of its addresses only."""
LONGEST_PIECE = 200_000
"""Of a download that is cut, in bytes."""


class MixOrder(BaseModel):
    """`share` of the requests to each of `providers` go wrong (all providers when empty), and as many webhooks.

    A provider's n-th request meets the same fault for the same seed. Requests to `spared` paths meet none.
    """

    model_config = ConfigDict(extra="forbid")

    providers: list[str] = Field(default_factory=list)
    share: float = Field(default=0.2, ge=0, le=1)
    seed: int = 1
    seconds: float = Field(default=1.0, ge=0)
    """How late slow answers and late webhooks are, and what Retry-After asks for."""
    spared: list[str] = Field(default_factory=lambda: ["/oauth"])


class Mix:
    """One provider's part of a mix. `special` says which of its addresses know which kinds beside `EVERYWHERE`."""

    def __init__(self, provider: str, order: MixOrder, special: Mapping[Kind, Sequence[str]]) -> None:
        self.provider = provider
        self._order = order
        self._special = special
        self._requests = random.Random(f"{order.seed}:{provider}:requests")  # noqa: S311 - simulated chance
        self._webhooks = random.Random(f"{order.seed}:{provider}:webhooks")  # noqa: S311 - likewise
        self._asked = 0
        self._hits: Counter[str] = Counter()

    def for_request(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets."""
        if any(part in path for part in self._order.spared):
            return None
        self._asked += 1
        fate, which, piece = (self._requests.random() for _ in range(3))
        if fate >= self._order.share:
            return None
        kinds = self._kinds(method, path)
        kind = kinds[int(which * len(kinds))]
        self._hits[kind] += 1
        return Fault(
            provider=self.provider, kind=kind, seconds=self._order.seconds, after_bytes=int(piece * LONGEST_PIECE)
        )

    def for_webhook(self, kind: str) -> Fault | None:
        """The fault that an outgoing webhook meets."""
        known = next((each for each in WEBHOOK_KINDS if each == kind and each in self._special), None)
        if known is None or self._webhooks.random() >= self._order.share:
            return None
        self._hits[known] += 1
        return Fault(provider=self.provider, kind=known, seconds=self._order.seconds)

    def summary(self) -> dict[str, Any]:
        """What was ordered, how many requests were asked for, and what happened how often."""
        return self._order.model_dump(exclude={"providers"}) | {
            "provider": self.provider,
            "kind": "mix",
            "requests": self._asked,
            "hits": dict(self._hits),
        }

    def _kinds(self, method: str, path: str) -> list[Kind]:
        here = [
            kind
            for kind, parts in self._special.items()
            if kind not in WEBHOOK_KINDS and any(_holds(part, method, path) for part in parts)
        ]
        return [*EVERYWHERE, *here]


def _holds(part: str, method: str, path: str) -> bool:
    """Whether a request is meant by `POST /path`, or by `/path` alone."""
    wanted, _, piece = part.rpartition(" ")
    return wanted in ("", method) and piece in path
