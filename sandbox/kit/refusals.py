"""Which limits were exceeded, and how often: nobody who keeps to a provider's rules is ever counted here."""

from sandbox.kit.store import Doc
from sandbox.kit.world import World


class Refusals:
    """One provider's calls that were refused because there were too many. Ordered faults are not among them."""

    def __init__(self, world: World, provider: str) -> None:
        self._counts = world.collection("sandbox", "refused")
        self._provider = provider

    def count(self, policy: str) -> None:
        """One more call above this limit."""
        counts = self.by_policy()
        self._counts.put(self._provider, counts | {policy: counts.get(policy, 0) + 1})

    def by_policy(self) -> Doc:
        """How many calls were above which limit."""
        return self._counts.get(self._provider) or {}
