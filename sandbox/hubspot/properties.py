"""Properties and their groups: made, changed, archived, and what values they take."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.hubspot.errors import HubSpotError, invalid_property, no_such_property, not_found
from sandbox.hubspot.object_types import ObjectType, Property
from sandbox.kit.clock import parse_iso
from sandbox.kit.store import Doc
from sandbox.kit.world import World

FIELD_TYPES = {
    "string": {"text", "textarea", "html", "phonenumber", "file", "calculation_equation"},
    "number": {"number", "calculation_equation"},
    "datetime": {"date"},
    "date": {"date"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox"},
    "bool": {"booleancheckbox", "calculation_equation"},
}
TEXT_LIMIT = 65_536
UNIQUE_LIMIT = 10
CHANGEABLE = {
    "label",
    "type",
    "fieldType",
    "groupName",
    "description",
    "options",
    "displayOrder",
    "formField",
    "hidden",
}
READ_ONLY = {"hs_object_id", "createdate", "hs_createdate", "lastmodifieddate", "hs_lastmodifieddate"}
READ_ONLY |= {"hs_merged_object_ids", "hs_is_closed", "hs_is_closed_won"}
LABELS = {
    "firstname": "First name",
    "lastname": "Last name",
    "jobtitle": "Job title",
    "lifecyclestage": "Lifecycle stage",
    "createdate": "Create date",
    "hs_createdate": "Create date",
    "lastmodifieddate": "Last modified date",
    "hs_lastmodifieddate": "Last modified date",
    "hs_object_id": "Record ID",
    "dealname": "Deal name",
    "dealstage": "Deal stage",
    "closedate": "Close date",
    "hs_timestamp": "Activity date",
    "hs_i_cal_uid": "Calendar id",
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def hubspot_time(moment: datetime) -> str:
    """`2026-11-20T09:30:00.123Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Schema:
    """The account's properties."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._custom = world.collection("hubspot", "property")
        self._groups = world.collection("hubspot", "property_group")

    def names(self, kind: ObjectType) -> dict[str, Property]:
        """Every property by name."""
        standard = {name: _standard(name, type_) for name, type_ in kind.standard.items()}
        made = self._custom.find(lambda doc: doc["object"] == kind.name and not doc["archived"])
        return standard | {doc["name"]: doc for doc in made}

    def listing(self, kind: ObjectType) -> list[Property]:
        """Every property as the API shows it."""
        return [_shown(doc) for doc in self.names(kind).values()]

    def get(self, kind: ObjectType, name: str) -> Property:
        """One property. Raises `HubSpotError`."""
        found = self.names(kind).get(name)
        if found is None:
            raise HubSpotError(404, f'Property "{name}" does not exist', "OBJECT_NOT_FOUND")
        return found

    def create(self, kind: ObjectType, body: Mapping[str, Any]) -> Property:
        """Make a property. Raises `HubSpotError`."""
        name = str(body.get("name", ""))
        self._check_new(kind, name, body)
        now = hubspot_time(self._world.clock())
        doc: Doc = {"description": "", "displayOrder": -1, "hidden": False, "hasUniqueValue": False, "formField": False}
        doc |= {"options": [], "createdAt": now, "updatedAt": now, "archived": False, "calculated": False}
        doc |= {"externalOptions": False, **dict(body), "object": kind.name}
        self._custom.put(f"{kind.name}:{name}", doc)
        return _shown(doc)

    def update(self, kind: ObjectType, name: str, changes: Mapping[str, Any]) -> Property:
        """Change a property; whether its values are unique can't be changed. Raises `HubSpotError`."""
        doc = self.get(kind, name)
        if "object" not in doc:
            raise HubSpotError(400, f"Property {name} is defined by HubSpot and can't be changed")
        allowed = {key: value for key, value in changes.items() if key in CHANGEABLE}
        doc = doc | allowed | {"updatedAt": hubspot_time(self._world.clock())}
        _check_types(name, doc)
        self._custom.put(f"{kind.name}:{name}", doc)
        return _shown(doc)

    def archive(self, kind: ObjectType, name: str) -> None:
        """Take a property away, with its values."""
        doc = self.get(kind, name)
        self._custom.put(f"{kind.name}:{name}", doc | {"archived": True})

    def groups(self, kind: ObjectType) -> list[Doc]:
        """The property groups."""
        own = {"name": f"{kind.singular}information", "label": f"{kind.label} information", "displayOrder": 0}
        made = self._groups.find(lambda doc: doc["object"] == kind.name)
        return [own | {"archived": False}, *({k: v for k, v in doc.items() if k != "object"} for doc in made)]

    def create_group(self, kind: ObjectType, body: Mapping[str, Any]) -> Doc:
        """Make a group. Raises `HubSpotError`."""
        name = str(body.get("name", ""))
        if any(group["name"] == name for group in self.groups(kind)):
            raise HubSpotError(409, f"A property group named '{name}' already exists.", "CONFLICT")
        if not name or not body.get("label"):
            raise HubSpotError(400, "name and label are required")
        group = {"name": name, "label": body["label"], "displayOrder": body.get("displayOrder", -1), "archived": False}
        self._groups.put(f"{kind.name}:{name}", group | {"object": kind.name})
        return group

    def archive_group(self, kind: ObjectType, name: str) -> None:
        """Take an empty group away."""
        if not any(group["name"] == name for group in self.groups(kind)):
            raise not_found()
        if any(doc.get("groupName") == name for doc in self.names(kind).values()):
            raise HubSpotError(400, "The group still has properties")
        self._groups.delete(f"{kind.name}:{name}")

    def unique_names(self, kind: ObjectType) -> tuple[str, ...]:
        """Properties that name one record."""
        made = [name for name, doc in self.names(kind).items() if doc.get("hasUniqueValue")]
        return (*([kind.unique] if kind.unique else []), *made)

    def checked(self, kind: ObjectType, values: Mapping[str, Any]) -> dict[str, str]:
        """Values to store, as text; an empty one clears. Raises `HubSpotError`."""
        known = self.names(kind)
        checked = {}
        for name, value in values.items():
            if name not in known:
                raise no_such_property(name)
            if name in READ_ONLY:
                raise invalid_property(name, "READ_ONLY_VALUE", f'"{name}" is a read only property')
            checked[name] = _checked_value(name, known[name]["type"], value)
        return checked

    def made(self) -> list[Doc]:
        """Every property that somebody made."""
        return self._custom.find(lambda doc: not doc["archived"])

    def _check_new(self, kind: ObjectType, name: str, body: Mapping[str, Any]) -> None:
        if not _NAME.fullmatch(name):
            raise HubSpotError(400, f"Property name '{name}' is invalid: use lower case letters, digits and _")
        if name in self.names(kind):
            raise HubSpotError(409, f"A property named '{name}' already exists.", "CONFLICT")
        if not body.get("label") or not any(g["name"] == body.get("groupName") for g in self.groups(kind)):
            raise HubSpotError(400, "A label and an existing property group are required")
        if body.get("hasUniqueValue") and len(self.unique_names(kind)) > UNIQUE_LIMIT:
            raise HubSpotError(400, "An object has at most 10 unique properties")
        _check_types(name, body)


def _check_types(name: str, body: Mapping[str, Any]) -> None:
    kind, field = body.get("type"), body.get("fieldType")
    if kind not in FIELD_TYPES or field not in FIELD_TYPES[str(kind)]:
        raise HubSpotError(400, f"Property {name}: type {kind} and fieldType {field} do not go together")


def _checked_value(name: str, kind: str, value: Any) -> str:
    text = "" if value is None else str(value)
    if isinstance(value, bool):
        text = text.lower()
    if not text:
        return ""
    if kind == "number":
        return _number(name, text)
    if kind in ("datetime", "date"):
        return _moment(name, text)
    if len(text) > TEXT_LIMIT:
        raise invalid_property(name, "PROPERTY_VALUE_TOO_LONG", f"{name} is over {TEXT_LIMIT} characters")
    if name == "email" and not _EMAIL.fullmatch(text):
        raise invalid_property(name, "INVALID_EMAIL", f"Email address {text} is invalid")
    return text.lower() if name in ("email", "domain") else text


def _number(name: str, text: str) -> str:
    try:
        number = float(text)
    except ValueError as error:
        raise invalid_property(name, "INVALID_DOUBLE", f"{text} was not a valid number.") from error
    return str(int(number)) if number.is_integer() else repr(number)


def _moment(name: str, text: str) -> str:
    try:
        moment = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else parse_iso(text)
    except (ValueError, OverflowError, OSError) as error:
        raise invalid_property(name, "INVALID_DATE", f"{text} is not a valid date.") from error
    return hubspot_time(moment)


def _standard(name: str, type_: str) -> Property:
    field = "text" if type_ == "string" else sorted(FIELD_TYPES[type_] - {"calculation_equation"})[0]
    label = LABELS.get(name) or name.removeprefix("hs_").replace("_", " ").capitalize()
    return {"name": name, "label": label, "type": type_, "fieldType": field, "hubspotDefined": True, "options": []}


def _shown(doc: Property) -> Property:
    return {key: value for key, value in doc.items() if key != "object"}
