"""CRM records: made, found, changed, archived, merged."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.hubspot.associations import Associations
from sandbox.hubspot.errors import HubSpotError, conflict, invalid_property, not_found
from sandbox.hubspot.object_types import TYPES, ObjectType
from sandbox.hubspot.properties import Schema, hubspot_time
from sandbox.kit.clock import parse_iso
from sandbox.kit.store import Collection, Doc
from sandbox.kit.world import World

FIRST_ID = 501
KEPT_VERSIONS = 20
CLOSED_STAGES = {"closedwon": ("true", "true"), "closedlost": ("true", "false")}


class Records:
    """Every record, with the versions that the search index lags behind by."""

    def __init__(self, world: World, schema: Schema, associations: Associations) -> None:
        self._world = world
        self._schema = schema
        self._associations = associations
        self._numbers = world.collection("hubspot", "number")

    def of(self, kind: ObjectType) -> Collection:
        """The stored records of one type, archived ones included."""
        return self._world.collection("hubspot", kind.name)

    def living(self, kind: ObjectType) -> list[Doc]:
        """Those that are not archived."""
        return self.of(kind).find(lambda doc: not doc["archived"])

    def get(self, kind: ObjectType, record_id: str) -> Doc:
        """One record by its current id. Raises `HubSpotError`."""
        doc = self.of(kind).get(record_id)
        if doc is None or doc["archived"]:
            raise not_found()
        return doc

    def survivor(self, kind: ObjectType, record_id: str) -> Doc:
        """One record by its id or one that a merge took away. Raises `HubSpotError`."""
        doc = self.of(kind).get(record_id)
        while doc is not None and doc.get("merged_into"):
            doc = self.of(kind).get(doc["merged_into"])
        if doc is None or doc["archived"]:
            raise not_found()
        return doc

    def by_unique(self, kind: ObjectType, name: str, value: str) -> Doc | None:
        """The record whose unique property holds `value`. Raises `HubSpotError` for another property."""
        if name not in self._schema.names(kind):
            raise HubSpotError(400, f'Property "{name}" does not exist')
        if name not in self._schema.unique_names(kind):
            raise HubSpotError(400, f"idProperty {name} is not a unique property")
        wanted = value.lower() if name == kind.unique else value
        return next((doc for doc in self.living(kind) if wanted in _values(doc, name)), None)

    def create(self, kind: ObjectType, values: Mapping[str, Any], at: datetime | None = None) -> Doc:
        """Make a record. Raises `HubSpotError`."""
        properties = self._schema.checked(kind, values)
        for name in kind.required:
            if not properties.get(name):
                raise invalid_property(name, "REQUIRED_FIELD", f"{name} is required")
        self._require_unique(kind, properties, None)
        number, now = self._next(), hubspot_time(at or self._world.clock())
        properties |= {"hs_object_id": number, kind.created: now}
        doc: Doc = {"id": number, "properties": {}, "versions": [], "createdAt": now, "archived": False}
        return self._store(kind, doc, properties, now)

    def update(self, kind: ObjectType, doc: Doc, values: Mapping[str, Any]) -> Doc:
        """Change some properties. Raises `HubSpotError`."""
        properties = self._schema.checked(kind, values)
        self._require_unique(kind, properties, doc["id"])
        return self._store(kind, doc, properties, hubspot_time(self._world.clock()))

    def archive(self, kind: ObjectType, record_id: str) -> None:
        """Put a record into the bin; its links go."""
        doc = self.of(kind).get(record_id)
        if doc is None:
            raise not_found()
        now = hubspot_time(self._world.clock())
        doc |= {"archived": True, "archivedAt": now}
        doc["versions"] = [*doc["versions"], {"at": now, "properties": None}]
        self.of(kind).put(record_id, doc)
        self._associations.forget((kind.name, record_id))

    def merge(self, kind: ObjectType, primary_id: str, other_id: str) -> Doc:
        """Two records become a third with a new id, which reading the old ids leads to."""
        primary, other = self.get(kind, primary_id), self.get(kind, other_id)
        for old in (primary, other):
            self.of(kind).put(old["id"], old | {"archived": True})
        kept = {k: v for k, v in (other["properties"] | _filled(primary)).items() if k in self._schema.names(kind)}
        made: Doc = {"id": self._next(), "properties": {}, "versions": [], "createdAt": primary["createdAt"]}
        merged_ids = [*_merged_ids(primary), *_merged_ids(other), primary_id, other_id]
        kept |= {"hs_object_id": made["id"], "hs_merged_object_ids": ";".join(merged_ids)}
        if kind.unique == "email" and other["properties"].get("email"):
            kept["hs_additional_emails"] = other["properties"]["email"]
        made = self._store(kind, made | {"archived": False}, kept, hubspot_time(self._world.clock()))
        for old in (primary, other):
            gone = {"archived": True, "merged_into": made["id"], "versions": []}
            self.of(kind).put(old["id"], old | gone)
            self._associations.move((kind.name, old["id"]), (kind.name, made["id"]))
        return made

    def indexed(self, kind: ObjectType, lag_s: float) -> list[Doc]:
        """Records as the search index knows them: as they were `lag_s` seconds ago."""
        seen_until = self._world.clock() - timedelta(seconds=lag_s)
        found = []
        for doc in self.of(kind).all():
            past = [v for v in doc["versions"] if parse_iso(v["at"]) <= seen_until]
            if past and past[-1]["properties"] is not None:
                found.append(doc | {"properties": past[-1]["properties"]})
        return found

    def state(self) -> dict[str, list[Doc]]:
        """All living records by type."""
        return {kind.name: [_without_versions(doc) for doc in self.living(kind)] for kind in TYPES}

    def _store(self, kind: ObjectType, doc: Doc, changes: Mapping[str, str], now: str) -> Doc:
        properties = doc["properties"] | changes | {kind.modified: now}
        if kind.name == "deals":
            closed, won = CLOSED_STAGES.get(properties.get("dealstage", ""), ("false", "false"))
            properties |= {"hs_is_closed": closed, "hs_is_closed_won": won}
        versions = [*doc["versions"], {"at": now, "properties": properties}][-KEPT_VERSIONS:]
        doc = doc | {"properties": properties, "versions": versions, "updatedAt": now}
        self.of(kind).put(doc["id"], doc)
        return doc

    def _require_unique(self, kind: ObjectType, properties: Mapping[str, str], own_id: str | None) -> None:
        for name in self._schema.unique_names(kind):
            holder = self.by_unique(kind, name, properties[name]) if properties.get(name) else None
            if holder is None or holder["id"] == own_id:
                continue
            if name == kind.unique:
                raise conflict(kind.singular.capitalize(), holder["id"])
            text = f"Cannot set {name} to {properties[name]}. {holder['id']} already has that value."
            raise invalid_property(name, "CONFLICTING_UNIQUE_VALUE", text)

    def _next(self) -> str:
        number = (self._numbers.get("record") or {"last": FIRST_ID - 1})["last"] + 1
        self._numbers.put("record", {"last": number})
        return str(number)


def _values(doc: Doc, name: str) -> list[str]:
    values = [doc["properties"].get(name) or ""]
    if name == "email":
        values += (doc["properties"].get("hs_additional_emails") or "").split(";")
    return values


def _filled(doc: Doc) -> dict[str, str]:
    return {name: value for name, value in doc["properties"].items() if value}


def _merged_ids(doc: Doc) -> list[str]:
    return [text for text in (doc["properties"].get("hs_merged_object_ids") or "").split(";") if text]


def _without_versions(doc: Doc) -> Doc:
    return {key: value for key, value in doc.items() if key != "versions"}
