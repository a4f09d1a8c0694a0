"""`/crm/v4`: associations between records."""

from collections.abc import Callable
from typing import Any

from sandbox.hubspot.associations import Associations, Side, type_number
from sandbox.hubspot.batches import complete
from sandbox.hubspot.errors import HubSpotError
from sandbox.hubspot.gateway import Answer, Call, Gateway
from sandbox.hubspot.object_types import ObjectType, object_type
from sandbox.hubspot.records import Records
from sandbox.kit.world import World

OBJECT = "/crm/v4/objects/{from}/{id}/associations"
BATCH = "/crm/v4/associations/{from}/{to}/batch"
LIMIT = 2000

Row = dict[str, Any]


class LinkCalls:
    """The calls on associations."""

    def __init__(self, world: World, records: Records, associations: Associations) -> None:
        self._world = world
        self._records = records
        self._associations = associations

    def add_to(self, gateway: Gateway) -> None:
        """Serve them."""
        gateway.add("PUT", f"{OBJECT}/default/{{to}}/{{to_id}}", self.put_one, _writing)
        gateway.add("GET", f"{OBJECT}/{{to}}", self.of_one, _reading)
        gateway.add("DELETE", f"{OBJECT}/{{to}}/{{to_id}}", self.delete_one, _writing)
        gateway.add("POST", f"{BATCH}/associate/default", self.put_many, _writing)
        gateway.add("POST", f"{BATCH}/read", self.read_many, _reading)
        gateway.add("POST", f"{BATCH}/archive", self.delete_many, _writing)

    def put_one(self, call: Call) -> Answer:
        """Link two records."""
        return Answer(200, complete(self._world, [self._link(call, call.path["id"], call.path["to_id"])], []))

    def of_one(self, call: Call) -> Answer:
        """What belongs to one record."""
        near, far = _types(call)
        side = self._side(near, call.path["id"])
        return Answer(200, {"results": [_seen(near, far, to_id) for to_id in self._associations.of(side, far.name)]})

    def delete_one(self, call: Call) -> Answer:
        """Part two records."""
        near, far = _types(call)
        self._associations.remove((near.name, call.path["id"]), (far.name, call.path["to_id"]))
        return Answer(204)

    def put_many(self, call: Call) -> Answer:
        """Link pairs; pairs with a record that is gone fail alone."""
        return self._each(call, lambda row: self._link(call, _id(row, "from"), _id(row, "to")))

    def read_many(self, call: Call) -> Answer:
        """What belongs to many records; those with nothing come as errors."""
        near, far = _types(call)

        def work(row: Row) -> Row:
            own_id = str(row["id"])
            found = self._associations.of(self._side(near, own_id), far.name)
            if not found:
                text = f"No {far.singular} is associated with {near.singular} {own_id}."
                raise HubSpotError(404, text, "OBJECT_NOT_FOUND")
            return {"from": {"id": own_id}, "to": [_seen(near, far, to_id) for to_id in found]}

        return self._each(call, work)

    def delete_many(self, call: Call) -> Answer:
        """Part pairs."""
        near, far = _types(call)
        for row in _inputs(call):
            for other in row["to"] if isinstance(row["to"], list) else [row["to"]]:
                self._associations.remove((near.name, _id(row, "from")), (far.name, str(other["id"])))
        return Answer(204)

    def _each(self, call: Call, work: Callable[[Row], Row]) -> Answer:
        results: list[Row] = []
        errors: list[Row] = []
        for row in _inputs(call):
            try:
                results.append(work(row))
            except HubSpotError as error:
                from_id = str(row.get("id") or _id(row, "from"))
                errors.append(error.row(from_id) | {"context": {"fromObjectId": [from_id]}})
        body = complete(self._world, list(reversed(results)), errors)
        return Answer(207 if errors else 200, body)

    def _link(self, call: Call, from_id: str, to_id: str) -> Row:
        near, far = _types(call)
        self._associations.add(self._side(near, from_id), self._side(far, to_id))
        spec = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_number(near.name, far.name)}
        return {"from": {"id": from_id}, "to": {"id": to_id}, "associationSpec": spec}

    def _side(self, kind: ObjectType, record_id: str) -> Side:
        return kind.name, str(self._records.survivor(kind, record_id)["id"])


def _seen(near: ObjectType, far: ObjectType, to_id: str) -> Row:
    spec = {"category": "HUBSPOT_DEFINED", "typeId": type_number(near.name, far.name), "label": None}
    return {"toObjectId": int(to_id), "associationTypes": [spec]}


def _types(call: Call) -> tuple[ObjectType, ObjectType]:
    return object_type(call.path["from"]), object_type(call.path["to"])


def _inputs(call: Call) -> list[Row]:
    inputs: list[Row] = call.field("inputs")
    if len(inputs) > LIMIT:
        raise HubSpotError(400, f"The maximum batch size is {LIMIT}")
    return inputs


def _id(row: Row, side: str) -> str:
    return str(row[side]["id"])


def _reading(call: Call) -> tuple[str, ...]:
    return (f"crm.objects.{object_type(call.path['from']).scope}.read",)


def _writing(call: Call) -> tuple[str, ...]:
    return (f"crm.objects.{object_type(call.path['from']).scope}.write",)
