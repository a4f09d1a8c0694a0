"""`/hubspot`: lists and record pages with properties, timeline and calls."""

from html import unescape
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse, Response

from sandbox.hubspot.account import HUB_ID
from sandbox.hubspot.associations import Associations
from sandbox.hubspot.errors import HubSpotError
from sandbox.hubspot.object_types import TYPES, ObjectType, object_type
from sandbox.hubspot.properties import Schema
from sandbox.hubspot.records import Records
from sandbox.hubspot.timeline import Timeline
from sandbox.kit.pages import Pages
from sandbox.kit.store import Doc

NOTES = ("email", "dealstage", "domain", "hs_call_status", "hs_meeting_outcome")
ACTIVITIES = ("calls", "meetings")
RECORD = f"/hubspot/contacts/{HUB_ID}/record"
SCORE = "trust_score"


class Screens:
    """The pages."""

    def __init__(
        self, pages: Pages, schema: Schema, records: Records, associations: Associations, timeline: Timeline
    ) -> None:
        self._pages = pages
        self._schema = schema
        self._records = records
        self._associations = associations
        self._timeline = timeline
        self.router = APIRouter()
        self.router.add_api_route("/hubspot", self.lists, methods=["GET"], include_in_schema=False)
        self.router.add_api_route(f"{RECORD}/{{type}}/{{id}}", self.record, methods=["GET"], include_in_schema=False)

    async def lists(self) -> Response:
        """The records by type."""
        tabs = [(kind, [self._line(kind, doc) for doc in self._records.living(kind)]) for kind in TYPES]
        return self._pages.render("hubspot.html", {"tabs": tabs, "hub_id": HUB_ID})

    async def record(self, type: str, id: str) -> Response:
        """One record with its timeline and what belongs to it."""
        try:
            kind = object_type(type)
            doc = self._records.survivor(kind, id)
        except HubSpotError as error:
            raise HTTPException(404, "there is no such record") from error
        if doc["id"] != id:
            return RedirectResponse(address(kind, doc["id"]))
        properties = self._schema.names(kind)
        custom = [name for name, definition in properties.items() if "object" in definition]
        context = {
            "kind": kind,
            "title": title(kind, doc),
            "details": _details(doc, [name for name in kind.standard if name in doc["properties"]], properties),
            "figures": _details(doc, [name for name in custom if not properties[name].get("hidden")], properties),
            "score": next((doc["properties"].get(name) for name in custom if name.endswith(SCORE)), None),
            "timeline": self._of_timeline(kind, doc),
            "related": self._related(kind, doc),
        }
        return self._pages.render("hubspot_record.html", context)

    def _of_timeline(self, kind: ObjectType, doc: Doc) -> list[Doc]:
        events = map(_event, self._timeline.of(kind, doc["id"]))
        return sorted([*events, *self._activities(kind, doc)], key=lambda entry: str(entry["at"]), reverse=True)

    def _activities(self, kind: ObjectType, doc: Doc) -> list[Doc]:
        return [
            _activity(activity, found)
            for activity in map(object_type, ACTIVITIES)
            for found in self._linked(kind, doc, activity)
        ]

    def _related(self, kind: ObjectType, doc: Doc) -> list[tuple[str, list[Doc]]]:
        others = [other for other in TYPES if other.name not in ACTIVITIES]
        found = [(other, self._linked(kind, doc, other)) for other in others]
        return [(other.label, [self._line(other, row) for row in rows]) for other, rows in found if rows]

    def _linked(self, kind: ObjectType, doc: Doc, other: ObjectType) -> list[Doc]:
        ids = self._associations.of((kind.name, doc["id"]), other.name)
        return [found for found in map(self._records.of(other).get, ids) if found and not found["archived"]]

    def _line(self, kind: ObjectType, doc: Doc) -> Doc:
        note = next((doc["properties"][name] for name in NOTES if doc["properties"].get(name)), "")
        return {"id": doc["id"], "title": title(kind, doc), "note": note, "url": address(kind, doc["id"])}


def address(kind: ObjectType, record_id: str) -> str:
    """The path of a record's page, as in the real product."""
    return f"{RECORD}/{kind.type_id}/{record_id}"


def title(kind: ObjectType, doc: Doc) -> str:
    """What people call a record."""
    return " ".join(filter(None, (doc["properties"].get(name) for name in kind.title))) or f"({kind.singular})"


def _activity(kind: ObjectType, doc: Doc) -> Doc:
    values = doc["properties"]
    body = values.get("hs_call_body") or values.get("hs_meeting_body") or ""
    text = unescape(body.replace("<br>", "\n"))
    shown = {"at": values.get("hs_timestamp"), "chip": kind.singular.title(), "title": title(kind, doc)}
    return shown | {"url": address(kind, doc["id"]), "text": text}


def _event(event: Doc) -> Doc:
    title_text = event["header"] or event["name"]
    return {"at": event["timestamp"], "chip": "Event", "title": title_text, "url": None, "text": ""}


def _details(doc: Doc, names: list[str], properties: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [
        (properties[name]["label"], unescape(doc["properties"][name].replace("<br>", "\n")), _is_time(properties[name]))
        for name in names
        if doc["properties"].get(name)
    ]


def _is_time(definition: dict[str, Any]) -> bool:
    return bool(definition["type"] == "datetime")
