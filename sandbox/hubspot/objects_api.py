"""`/crm/v3/objects`: one record at a time, merges and searches."""

from typing import Any

from sandbox.hubspot.events import Events
from sandbox.hubspot.gateway import Answer, Call, Gateway
from sandbox.hubspot.object_types import ObjectType, object_type
from sandbox.hubspot.records import Records
from sandbox.hubspot.search import Search
from sandbox.kit.store import Doc

BASE = "/crm/v3/objects/{type}"


class ObjectCalls:
    """The calls on single records."""

    def __init__(self, records: Records, search: Search, events: Events) -> None:
        self._records = records
        self._search = search
        self._events = events

    def add_to(self, gateway: Gateway) -> None:
        """Serve them."""
        gateway.add("POST", f"{BASE}/search", self.search, reading, search=True)
        gateway.add("POST", f"{BASE}/merge", self.merge, writing)
        gateway.add("POST", f"{BASE}/gdpr-delete", self.forget, writing)
        gateway.add("GET", BASE, self.page, reading)
        gateway.add("POST", BASE, self.create, writing)
        gateway.add("GET", f"{BASE}/{{id}}", self.get, reading)
        gateway.add("PATCH", f"{BASE}/{{id}}", self.update, writing)
        gateway.add("DELETE", f"{BASE}/{{id}}", self.archive, writing)

    def page(self, call: Call) -> Answer:
        """Records, oldest first."""
        kind, limit = _kind(call), min(100, int(call.query.get("limit", 10)))
        docs = self._records.living(kind)
        start = next((n for n, doc in enumerate(docs) if doc["id"] == call.query.get("after")), 0)
        body: dict[str, Any] = {"results": [shown(kind, doc, _wanted(call)) for doc in docs[start : start + limit]]}
        if start + limit < len(docs):
            body["paging"] = {"next": {"after": docs[start + limit]["id"]}}
        return Answer(200, body)

    def create(self, call: Call) -> Answer:
        """Make a record; its associations come along."""
        kind = _kind(call)
        doc = self._records.create(kind, call.field("properties"))
        self._events.created(kind, doc)
        return Answer(201, shown(kind, doc, tuple(call.field("properties"))))

    def get(self, call: Call) -> Answer:
        """A record by its id, by one that a merge took away, or by a unique property."""
        kind = _kind(call)
        return Answer(200, shown(kind, self._found(kind, call), _wanted(call)))

    def update(self, call: Call) -> Answer:
        """Change a record."""
        kind = _kind(call)
        doc = self._records.update(kind, self._found(kind, call), call.field("properties"))
        return Answer(200, shown(kind, doc, tuple(call.field("properties"))))

    def archive(self, call: Call) -> Answer:
        """Put a record into the bin; 204 even when it is there already."""
        kind, record_id = _kind(call), call.path["id"]
        if self._records.of(kind).get(record_id) is not None:
            self._records.archive(kind, record_id)
            self._events.deleted(kind, record_id)
        return Answer(204)

    def merge(self, call: Call) -> Answer:
        """Make one record of two."""
        kind = _kind(call)
        primary, other = str(call.field("primaryObjectId")), str(call.field("objectIdToMerge"))
        doc = self._records.merge(kind, primary, other)
        self._events.merged(kind, primary, other, doc)
        return Answer(200, shown(kind, doc, ()))

    def forget(self, call: Call) -> Answer:
        """Delete a contact for good, as privacy laws ask for."""
        kind, record_id = _kind(call), str(call.field("objectId"))
        if self._records.of(kind).get(record_id) is not None:
            self._records.archive(kind, record_id)
            self._events.forgotten(kind, record_id)
        return Answer(204)

    def search(self, call: Call) -> Answer:
        """Records by filters, from an index that lags behind."""
        kind = _kind(call)
        found, after = self._search.run(kind, call.body or {})
        wanted = tuple(call.field("properties", []))
        body: dict[str, Any] = {"total": found.total, "results": [shown(kind, doc, wanted) for doc in found.docs]}
        if after:
            body["paging"] = {"next": {"after": after}}
        return Answer(200, body)

    def _found(self, kind: ObjectType, call: Call) -> Doc:
        name = call.query.get("idProperty")
        doc = self._records.by_unique(kind, name, call.path["id"]) if name and name != "hs_object_id" else None
        return doc or self._records.survivor(kind, "" if name and name != "hs_object_id" else call.path["id"])


def shown(kind: ObjectType, doc: Doc, wanted: tuple[str, ...]) -> Doc:
    """A record as the API shows it: the usual properties, or those that were asked for."""
    names = dict.fromkeys((*(wanted or kind.shown), "hs_object_id", kind.created, kind.modified))
    properties = {name: doc["properties"].get(name) or None for name in names}
    return {
        "id": doc["id"],
        "properties": properties,
        "createdAt": doc["createdAt"],
        "updatedAt": doc["updatedAt"],
        "archived": doc["archived"],
    }


def reading(call: Call) -> tuple[str, ...]:
    """The scope to read such records."""
    return (f"crm.objects.{_kind(call).scope}.read",)


def writing(call: Call) -> tuple[str, ...]:
    """The scope to change such records."""
    return (f"crm.objects.{_kind(call).scope}.write",)


def _kind(call: Call) -> ObjectType:
    return object_type(call.path["type"])


def _wanted(call: Call) -> tuple[str, ...]:
    return tuple(filter(None, call.query.get("properties", "").split(",")))
