"""`/crm/v3/properties`: properties and their groups."""

from sandbox.hubspot.errors import HubSpotError
from sandbox.hubspot.gateway import Answer, Call, Gateway
from sandbox.hubspot.object_types import ObjectType, object_type
from sandbox.hubspot.properties import Schema
from sandbox.kit.world import World

BASE = "/crm/v3/properties/{type}"
LIMIT = 100


class PropertyCalls:
    """The calls on properties."""

    def __init__(self, world: World, schema: Schema) -> None:
        self._world = world
        self._schema = schema

    def add_to(self, gateway: Gateway) -> None:
        """Serve them."""
        gateway.add("GET", f"{BASE}/groups", self.groups, _reading)
        gateway.add("POST", f"{BASE}/groups", self.create_group, _writing)
        gateway.add("DELETE", f"{BASE}/groups/{{name}}", self.archive_group, _writing)
        gateway.add("POST", f"{BASE}/batch/create", self.create_many, _writing)
        gateway.add("GET", BASE, self.listing, _reading)
        gateway.add("POST", BASE, self.create, _writing)
        gateway.add("GET", f"{BASE}/{{name}}", self.get, _reading)
        gateway.add("PATCH", f"{BASE}/{{name}}", self.update, _writing)
        gateway.add("DELETE", f"{BASE}/{{name}}", self.archive, _writing)

    def groups(self, call: Call) -> Answer:
        """All groups."""
        return Answer(200, {"results": self._schema.groups(_kind(call))})

    def create_group(self, call: Call) -> Answer:
        """A new group."""
        return Answer(201, self._schema.create_group(_kind(call), call.body or {}))

    def archive_group(self, call: Call) -> Answer:
        """Away with an empty group."""
        self._schema.archive_group(_kind(call), call.path["name"])
        return Answer(204)

    def listing(self, call: Call) -> Answer:
        """All properties."""
        return Answer(200, {"results": self._schema.listing(_kind(call))})

    def create(self, call: Call) -> Answer:
        """A new property."""
        return Answer(201, self._schema.create(_kind(call), call.body or {}))

    def create_many(self, call: Call) -> Answer:
        """Up to 100 new properties; none when one of them is refused."""
        inputs = call.field("inputs")
        if len(inputs) > LIMIT:
            raise HubSpotError(400, f"The maximum batch size is {LIMIT}")
        with self._world.store.savepoint():
            results = [self._schema.create(_kind(call), body) for body in inputs]
        return Answer(201, {"status": "COMPLETE", "results": results})

    def get(self, call: Call) -> Answer:
        """One property."""
        return Answer(200, self._schema.get(_kind(call), call.path["name"]))

    def update(self, call: Call) -> Answer:
        """Change a property."""
        return Answer(200, self._schema.update(_kind(call), call.path["name"], call.body or {}))

    def archive(self, call: Call) -> Answer:
        """Away with a property."""
        self._schema.archive(_kind(call), call.path["name"])
        return Answer(204)


def _kind(call: Call) -> ObjectType:
    return object_type(call.path["type"])


def _reading(call: Call) -> tuple[str, ...]:
    scope = "deals" if _kind(call).name == "deals" else "contacts"
    return f"crm.schemas.{scope}.read", f"crm.objects.{scope}.read"


def _writing(call: Call) -> tuple[str, ...]:
    return (f"crm.schemas.{'deals' if _kind(call).name == 'deals' else 'contacts'}.write",)
