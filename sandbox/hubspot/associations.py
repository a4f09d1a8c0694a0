"""Which records belong together. Each link is seen from both sides."""

from typing import Any

from sandbox.hubspot.object_types import ASSOCIATION_TYPES
from sandbox.kit.world import World

Side = tuple[str, str]
"""Type name and record id."""


class Associations:
    """All links of the account."""

    def __init__(self, world: World) -> None:
        self._links = world.collection("hubspot", "association")

    def add(self, one: Side, other: Side) -> None:
        """Link two records; again changes nothing."""
        for near, far in ((one, other), (other, one)):
            doc = {"type": near[0], "id": near[1], "to_type": far[0], "to_id": far[1]}
            self._links.put(_key(near, far), doc)

    def remove(self, one: Side, other: Side) -> None:
        """Part two records."""
        self._links.delete(_key(one, other))
        self._links.delete(_key(other, one))

    def of(self, side: Side, to_type: str) -> list[str]:
        """Ids of one type that belong to a record."""
        mine = (*side, to_type)
        return [doc["to_id"] for doc in self._links.find(lambda d: (d["type"], d["id"], d["to_type"]) == mine)]

    def all_of(self, side: Side) -> list[Side]:
        """Everything that belongs to a record."""
        return [(d["to_type"], d["to_id"]) for d in self._links.find(lambda d: (d["type"], d["id"]) == side)]

    def move(self, old: Side, new: Side) -> None:
        """Give all links of a record to another."""
        for far in self.all_of(old):
            self.remove(old, far)
            if far != new:
                self.add(new, far)

    def forget(self, side: Side) -> None:
        """Part a record from everything."""
        for far in self.all_of(side):
            self.remove(side, far)

    def listing(self) -> list[dict[str, Any]]:
        """Every link, from both sides."""
        return self._links.all()


def type_number(from_type: str, to_type: str) -> int:
    """The number of the unlabelled association."""
    return ASSOCIATION_TYPES.get((from_type, to_type), 0)


def _key(near: Side, far: Side) -> str:
    return ":".join((*near, *far))
