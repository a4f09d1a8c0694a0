"""Custom fields as the Tooling API makes them, and who may see them."""

import re
from typing import Any

from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.salesforce.errors import SalesforceError, not_found
from sandbox.salesforce.fields import Field
from sandbox.salesforce.ids import make_id
from sandbox.salesforce.objects import OBJECTS

PREFIX = "00N"
FULL_NAME = re.compile(r"([A-Za-z]\w*)\.([A-Za-z]\w*)__c")
ACTIVITY_OBJECTS = ("Task", "Event")
TYPES = {
    "Text": "string",
    "Number": "double",
    "Percent": "percent",
    "Currency": "currency",
    "Checkbox": "boolean",
    "Date": "date",
    "DateTime": "datetime",
    "Url": "url",
    "Email": "email",
    "Phone": "phone",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Picklist": "picklist",
}
NEEDED = {
    "Text": ("length",),
    "Number": ("precision", "scale"),
    "Percent": ("precision", "scale"),
    "Currency": ("precision", "scale"),
    "LongTextArea": ("length", "visibleLines"),
    "Checkbox": ("defaultValue",),
}


class CustomFields:
    """All custom fields of the org. `full_name` is `Contact.Trust_Score__c`."""

    def __init__(self, world: World) -> None:
        self._fields = world.collection("salesforce", "custom_field")
        self._counter = world.collection("salesforce", "counter")

    def create(self, body: Doc) -> str:
        """Make one and give its id. Raises `SalesforceError`."""
        owner, name = self._names(body.get("FullName"))
        metadata = body.get("Metadata")
        if not isinstance(metadata, dict):
            raise SalesforceError(
                400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", ["Metadata"]
            )
        check_metadata(metadata)
        full_name = f"{owner}.{name}__c"
        if self.get(full_name):
            message = f"There is already a field named {name} on {owner}."
            raise SalesforceError(400, "DUPLICATE_DEVELOPER_NAME", message, ["DeveloperName"])
        doc = {"Id": self._next_id(), "object": owner, "name": f"{name}__c", "metadata": metadata}
        self._fields.put(full_name, doc)
        return str(doc["Id"])

    def change(self, field_id: str, body: Doc) -> None:
        """Replace its metadata. Raises `SalesforceError`."""
        doc = self.by_id(field_id)
        metadata = body.get("Metadata") or {}
        check_metadata(metadata)
        if metadata["type"] != doc["metadata"]["type"]:
            raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", "Cannot change the type of a field here", ["Type"])
        self._fields.put(f"{doc['object']}.{doc['name']}", doc | {"metadata": metadata})

    def delete(self, field_id: str) -> None:
        """Take it away. Raises `SalesforceError`."""
        doc = self.by_id(field_id)
        self._fields.delete(f"{doc['object']}.{doc['name']}")

    def get(self, full_name: str) -> Doc | None:
        """By object and name; an activity field is found under Task and Event too."""
        owner, _, name = full_name.partition(".")
        owners = [owner, "Activity"] if owner in ACTIVITY_OBJECTS else [owner]
        matches = (doc for doc in self._fields.all() if doc["object"] in owners)
        return next((doc for doc in matches if doc["name"].lower() == name.lower()), None)

    def by_id(self, field_id: str) -> Doc:
        """By id. Raises `SalesforceError`."""
        found = self._fields.find(lambda doc: doc["Id"] == field_id or doc["Id"][:15] == field_id)
        if not found:
            raise not_found()
        return found[0]

    def all(self) -> list[Doc]:
        """Every custom field."""
        return self._fields.all()

    def of(self, sobject: str) -> list[Doc]:
        """Those of an object, with the ones that activities share."""
        owners = [sobject, "Activity"] if sobject in ACTIVITY_OBJECTS else [sobject]
        return self._fields.find(lambda doc: doc["object"] in owners)

    def _names(self, full_name: Any) -> tuple[str, str]:
        match = FULL_NAME.fullmatch(str(full_name or ""))
        if not match:
            message = "Enter a full name like Object.Field__c: " + str(full_name)
            raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", message, ["FullName"])
        if (match[1] not in OBJECTS and match[1] != "Activity") or match[1] in ACTIVITY_OBJECTS:
            # fields of tasks and events are made on Activity
            message = f"Entity of type 'CustomObject' named '{match[1]}' cannot be found"
            raise SalesforceError(400, "INVALID_CROSS_REFERENCE_KEY", message, ["FullName"])
        if len(match[2]) > 40 or "__" in match[2] or match[2].endswith("_"):
            raise SalesforceError(400, "INVALID_FULLNAME", f"The field name {match[2]} is invalid", ["DeveloperName"])
        return match[1], match[2]

    def _next_id(self) -> str:
        count = (self._counter.get(PREFIX) or {"count": 0})["count"] + 1
        self._counter.put(PREFIX, {"count": count})
        return make_id(PREFIX, count)


def check_metadata(metadata: Doc) -> None:
    """Raise `SalesforceError` when a field cannot be made of this."""
    if metadata.get("type") not in TYPES:
        message = f"Cannot deserialize instance of FieldType from VALUE_STRING value {metadata.get('type')}"
        raise SalesforceError(400, "JSON_PARSER_ERROR", message)
    missing = [key for key in ("label", *NEEDED.get(metadata["type"], ())) if metadata.get(key) is None]
    if missing:
        message = f"Must specify {' and '.join(missing)} for a CustomField of type {metadata['type']}"
        raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", message, missing)
    _check_sizes(metadata)


def _check_sizes(metadata: Doc) -> None:
    if metadata["type"] == "Text" and not 1 <= int(metadata["length"]) <= 255:
        raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", "Length must be between 1 and 255", ["length"])
    if metadata["type"] == "LongTextArea" and not 256 <= int(metadata["length"]) <= 131_072:
        raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", "Length must be between 256 and 131072", ["length"])
    if "precision" in metadata and int(metadata["precision"]) > 18:
        raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", "Precision must be at most 18", ["precision"])
    if len(str(metadata.get("inlineHelpText") or "")) > 510:
        raise SalesforceError(400, "STRING_TOO_LONG", "Help Text: data value too large (max length=510)", ["HelpText"])
    if metadata.get("externalId") and metadata["type"] not in ("Text", "Number", "Email"):
        raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", "This type cannot be an external id", ["externalId"])


def field_of(doc: Doc, *, editable: bool) -> Field:
    """The field that a custom field's document stands for."""
    metadata = doc["metadata"]
    default = False if metadata["type"] == "Checkbox" else None
    return Field(
        name=doc["name"],
        type=TYPES[metadata["type"]],
        label=metadata["label"],
        length=int(metadata.get("length") or 255),
        precision=int(metadata.get("precision") or 0),
        scale=int(metadata.get("scale") or 0),
        createable=editable,
        updateable=editable,
        external_id=bool(metadata.get("externalId")),
        unique=bool(metadata.get("unique")),
        custom=True,
        help=metadata.get("inlineHelpText") or "",
        default=default,
    )
