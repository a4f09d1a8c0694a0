"""`/crm/v3/objects/{type}/batch`: up to 100 records, where some may fail. Answers are not in the order of the input."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.hubspot.errors import HubSpotError
from sandbox.hubspot.events import Events
from sandbox.hubspot.gateway import Answer, Call, Gateway
from sandbox.hubspot.object_types import ObjectType, object_type
from sandbox.hubspot.objects_api import reading, shown, writing
from sandbox.hubspot.properties import hubspot_time
from sandbox.hubspot.records import Records
from sandbox.kit.store import Doc
from sandbox.kit.world import World

BASE = "/crm/v3/objects/{type}/batch"
LIMIT = 100

Row = dict[str, Any]
Options = Callable[[], dict[str, Any]]


class BatchCalls:
    """The calls on many records."""

    def __init__(self, world: World, records: Records, events: Events, options: Options) -> None:
        self._world = world
        self._options = options
        self._records = records
        self._events = events

    def add_to(self, gateway: Gateway) -> None:
        """Serve them."""
        gateway.add("POST", f"{BASE}/read", self.read, reading)
        gateway.add("POST", f"{BASE}/create", self.create, writing)
        gateway.add("POST", f"{BASE}/update", self.update, writing)
        gateway.add("POST", f"{BASE}/upsert", self.upsert, writing)
        gateway.add("POST", f"{BASE}/archive", self.archive, writing)

    def read(self, call: Call) -> Answer:
        """Records by id or a unique property; ids that a merge took away are not found."""
        kind, name = object_type(call.path["type"]), (call.body or {}).get("idProperty") or "hs_object_id"
        wanted = tuple(call.field("properties", []))

        def work(row: Row) -> Row:
            return shown(kind, self._find(kind, name, str(row.get("id", ""))), wanted)

        self._require_property(kind, name)
        return self._answer(200, _inputs(call), work)

    def create(self, call: Call) -> Answer:
        """Make records: all or none."""
        kind = object_type(call.path["type"])

        def work(row: Row) -> Row:
            doc = self._records.create(kind, row.get("properties") or {})
            self._events.created(kind, doc)
            return shown(kind, doc, tuple(row["properties"]))

        inputs = _inputs(call)
        with self._world.store.savepoint():
            results = [work(row) for row in inputs]
        return self._complete(201, results, [])

    def update(self, call: Call) -> Answer:
        """Change records by id or a unique property."""
        kind = object_type(call.path["type"])

        def work(row: Row) -> Row:
            doc = self._find(kind, row.get("idProperty") or "hs_object_id", str(row.get("id", "")))
            return shown(kind, self._records.update(kind, doc, row["properties"]), tuple(row["properties"]))

        if self._options()["refuse_whole_batches"]:
            return self._all_or_none(_inputs(call), work)
        return self._answer(200, _inputs(call), work)

    def upsert(self, call: Call) -> Answer:
        """Change or make records by a unique property."""
        kind = object_type(call.path["type"])

        def work(row: Row) -> Row:
            name, value, values = str(row["idProperty"]), str(row["id"]), dict(row["properties"])
            doc = self._records.by_unique(kind, name, value)
            made = doc is None
            if doc is None:
                doc = self._records.create(kind, {name: value} | values)
                self._events.created(kind, doc)
            else:
                doc = self._records.update(kind, doc, values)
            return shown(kind, doc, tuple(values)) | {"new": made}

        inputs = _inputs(call)
        self._check_upsert(kind, inputs)
        return self._answer(200, inputs, work)

    def archive(self, call: Call) -> Answer:
        """Put records into the bin; unknown ids are passed over."""
        kind = object_type(call.path["type"])
        for row in _inputs(call):
            if self._records.of(kind).get(str(row["id"])) is not None:
                self._records.archive(kind, str(row["id"]))
                self._events.deleted(kind, str(row["id"]))
        return Answer(204)

    def _find(self, kind: ObjectType, name: str, value: str) -> Doc:
        if name == "hs_object_id":
            doc = self._records.of(kind).get(value)
            doc = None if doc is None or doc["archived"] else doc
        else:
            doc = self._records.by_unique(kind, name, value)
        if doc is None:
            what = kind.singular.upper()
            text = f"Could not get some {what} objects, they may be deleted or not exist. Check that ids are valid."
            raise HubSpotError(404, text, "OBJECT_NOT_FOUND")
        return doc

    def _require_property(self, kind: ObjectType, name: str) -> None:
        if name != "hs_object_id":
            self._records.by_unique(kind, name, "")

    def _check_upsert(self, kind: ObjectType, inputs: Sequence[Row]) -> None:
        for row in inputs:
            name = row.get("idProperty")
            if not name or not row.get("id") or not isinstance(row.get("properties"), dict):
                raise HubSpotError(400, "Upserts need id, idProperty and properties for each input")
            self._records.by_unique(kind, str(name), str(row["id"]))
            if name == "email" and "email" not in row["properties"]:
                raise HubSpotError(400, "Partial upserts are not supported when using email as the idProperty")

    def _all_or_none(self, inputs: Sequence[Row], work: Callable[[Row], Row]) -> Answer:
        """As HubSpot answers some updates: one bad row, and nothing is written. Raises `HubSpotError`."""
        with self._world.store.savepoint():
            results = [work(row) for row in inputs]
        return self._complete(200, results, [])

    def _answer(self, status: int, inputs: Sequence[Row], work: Callable[[Row], Row]) -> Answer:
        results, errors = [], []
        for row in inputs:
            try:
                results.append(work(row))
            except HubSpotError as error:
                errors.append(error.row(str(row.get("id", ""))))
        return self._complete(207 if errors else status, results, errors)

    def _complete(self, status: int, results: list[Row], errors: list[Row]) -> Answer:
        return Answer(status, complete(self._world, list(reversed(results)), errors))


def complete(world: World, results: list[Row], errors: list[Row]) -> Row:
    """A batch answer's body."""
    now = hubspot_time(world.clock())
    body: Row = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    return body | ({"numErrors": len(errors), "errors": errors} if errors else {})


def _inputs(call: Call) -> list[Row]:
    inputs = call.field("inputs")
    if not isinstance(inputs, list) or not inputs or not all(isinstance(row, dict) for row in inputs):
        raise HubSpotError(400, "Invalid input JSON: inputs must be a list of objects")
    if len(inputs) > LIMIT:
        raise HubSpotError(400, f"The maximum batch size is {LIMIT}, the request has {len(inputs)} inputs")
    keys = [(row.get("id"), row.get("idProperty")) for row in inputs if "id" in row]
    if len(set(keys)) != len(keys):
        raise HubSpotError(400, "Duplicate IDs found in batch input")
    return inputs
