"""`/integrators/timeline/v3`: event templates, which belong to the app, and events, which belong to records."""

import re
import uuid
from typing import Any

from sandbox.hubspot.account import APP_ID
from sandbox.hubspot.errors import HubSpotError, not_found
from sandbox.hubspot.gateway import Answer, Call, Gateway
from sandbox.hubspot.object_types import ObjectType, object_type
from sandbox.hubspot.properties import hubspot_time
from sandbox.hubspot.records import Records
from sandbox.kit.store import Doc
from sandbox.kit.world import World

TEMPLATES = "/integrators/timeline/v3/{app_id}/event-templates"
EVENTS = "/integrators/timeline/v3/events"
TOKEN_TYPES = {"string", "number", "date", "enumeration"}
_PLACEHOLDER = re.compile(r"\{\{\s*#?(?:if\s+|formatDate\s+)?(\w+)\s*\}\}")


class Timeline:
    """Templates and events."""

    def __init__(self, world: World, records: Records) -> None:
        self._world = world
        self._records = records
        self._templates = world.collection("hubspot", "event_template")
        self._events = world.collection("hubspot", "timeline_event")

    def add_to(self, gateway: Gateway) -> None:
        """Serve the calls."""
        gateway.add_for_developers("GET", TEMPLATES, self.templates)
        gateway.add_for_developers("POST", TEMPLATES, self.create_template)
        gateway.add_for_developers("DELETE", f"{TEMPLATES}/{{id}}", self.delete_template)
        gateway.add("POST", EVENTS, self.create_event, _needs)
        gateway.add("GET", f"{EVENTS}/{{template}}/{{id}}", self.get_event, _needs)

    def templates(self, call: Call) -> Answer:
        """All templates of the app."""
        self._require_app(call)
        return Answer(200, {"results": self._templates.all()})

    def create_template(self, call: Call) -> Answer:
        """A new template. Raises `HubSpotError`."""
        self._require_app(call)
        tokens = call.field("tokens", [])
        if any(token.get("type") not in TOKEN_TYPES or not token.get("name") for token in tokens):
            raise HubSpotError(400, "Every token needs a name and a type")
        kind = object_type(str(call.field("objectType")))
        now = hubspot_time(self._world.clock())
        template: Doc = {"id": str(1_000_000 + self._templates.count() + 1), "name": call.field("name")}
        template |= {"objectType": kind.name, "tokens": tokens, "createdAt": now, "updatedAt": now}
        template |= {name: call.field(name, "") for name in ("headerTemplate", "detailTemplate")}
        self._templates.put(template["id"], template)
        return Answer(201, template)

    def delete_template(self, call: Call) -> Answer:
        """Away with a template and its events."""
        self._require_app(call)
        self._templates.delete(call.path["id"])
        return Answer(204)

    def create_event(self, call: Call) -> Answer:
        """An event on a record's timeline; the same id again replaces it. Raises `HubSpotError`."""
        template = self._templates.get(str(call.field("eventTemplateId")))
        if template is None:
            raise HubSpotError(404, "No event template with this id exists", "OBJECT_NOT_FOUND")
        tokens = call.field("tokens", {})
        _check_tokens(template, tokens)
        kind = object_type(template["objectType"])
        record = self._record(kind, call)
        event: Doc = {"id": str(call.field("id", "") or uuid.uuid4()), "eventTemplateId": template["id"]}
        event |= {"objectType": kind.name, "objectId": record["id"], "tokens": tokens}
        event |= {"extraData": (call.body or {}).get("extraData"), "createdAt": hubspot_time(self._world.clock())}
        event["timestamp"] = call.field("timestamp", event["createdAt"])
        self._events.put(f"{template['id']}:{event['id']}", event)
        return Answer(201, event)

    def get_event(self, call: Call) -> Answer:
        """One event."""
        event = self._events.get(f"{call.path['template']}:{call.path['id']}")
        if event is None:
            raise not_found()
        return Answer(200, event)

    def of(self, kind: ObjectType, record_id: str) -> list[Doc]:
        """The events of one record, filled in for reading."""
        mine = self._events.find(lambda doc: doc["objectType"] == kind.name and self._leads_to(kind, doc, record_id))
        return [self._filled(event) for event in mine]

    def state(self) -> dict[str, Any]:
        """Everything."""
        return {"templates": self._templates.all(), "events": self._events.all()}

    def _leads_to(self, kind: ObjectType, event: Doc, record_id: str) -> bool:
        try:
            return bool(self._records.survivor(kind, event["objectId"])["id"] == record_id)
        except HubSpotError:
            return False

    def _filled(self, event: Doc) -> Doc:
        template = self._templates.get(event["eventTemplateId"]) or {"name": "Event", "headerTemplate": ""}
        header = _PLACEHOLDER.sub(lambda match: str(event["tokens"].get(match[1], "")), template["headerTemplate"])
        return event | {"name": template["name"], "header": header}

    def _record(self, kind: ObjectType, call: Call) -> Doc:
        body = call.body or {}
        if body.get("objectId"):
            return self._records.survivor(kind, str(body["objectId"]))
        found = self._records.by_unique(kind, "email", str(body.get("email", ""))) if kind.unique == "email" else None
        if found is None:
            raise HubSpotError(400, "objectId, or for contacts email, must name a record")
        return found

    def _require_app(self, call: Call) -> None:
        if call.path["app_id"] != str(APP_ID):
            raise HubSpotError(404, "No app with this id exists", "OBJECT_NOT_FOUND")


def _check_tokens(template: Doc, tokens: dict[str, Any]) -> None:
    known = {token["name"]: token["type"] for token in template["tokens"]}
    unknown = sorted(tokens.keys() - known.keys())
    if unknown:
        raise HubSpotError(400, f"The event template has no tokens named {', '.join(unknown)}")
    for name, value in tokens.items():
        if known[name] == "number" and not _is_number(value):
            raise HubSpotError(400, f"Token {name} must be a number")


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _needs(_: Call) -> tuple[str, ...]:
    return ("timeline",)
