"""What a user sees of the org's objects: standard fields, and custom ones that a permission set grants."""

from typing import Any

from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.salesforce.custom_fields import CustomFields, field_of
from sandbox.salesforce.errors import not_found
from sandbox.salesforce.fields import Field
from sandbox.salesforce.objects import OBJECTS, OBJECTS_BY_LOWER_NAME, SObject


class Schema:
    """Objects and fields as one user sees them."""

    def __init__(self, world: World, custom: CustomFields) -> None:
        self.custom = custom
        self._permissions = world.collection("salesforce", "FieldPermissions")
        self._assignments = world.collection("salesforce", "PermissionSetAssignment")

    def sobject(self, name: str) -> SObject:
        """By name, in any case. Raises `SalesforceError`."""
        found = OBJECTS_BY_LOWER_NAME.get(name.lower())
        if found is None:
            raise not_found()
        return found

    def fields(self, sobject: str, user_id: str) -> dict[str, Field]:
        """By name in lower case. A custom field that nothing grants is not among them."""
        granted = self._granted(sobject, user_id)
        fields = {field.name.lower(): field for field in OBJECTS[sobject].fields}
        for doc in self.custom.of(sobject):
            if doc["name"] in granted:
                fields[doc["name"].lower()] = field_of(doc, editable=granted[doc["name"]])
        return fields

    def describe(self, sobject: SObject, user_id: str) -> dict[str, Any]:
        """The object with its visible fields."""
        fields = [field.describe() for field in self.fields(sobject.name, user_id).values()]
        children = [
            {"relationshipName": name, "childSObject": child, "field": field, "cascadeDelete": False}
            for name, child, field in sobject.children
        ]
        return self.brief(sobject) | {"fields": fields, "childRelationships": children, "recordTypeInfos": []}

    def brief(self, sobject: SObject) -> dict[str, Any]:
        """The object without its fields."""
        return {
            "name": sobject.name,
            "label": sobject.label,
            "labelPlural": sobject.plural,
            "keyPrefix": sobject.prefix,
            "custom": False,
            "createable": sobject.createable,
            "updateable": sobject.createable,
            "deletable": sobject.createable,
            "queryable": True,
            "retrieveable": True,
            "searchable": True,
        }

    def _granted(self, sobject: str, user_id: str) -> dict[str, bool]:
        sets = {a["PermissionSetId"] for a in self._assignments.all() if a["AssigneeId"] == user_id}
        granted: dict[str, bool] = {}
        for permission in self._permissions.all():
            name = _granted_field(permission, sobject, sets)
            if name:
                granted[name] = granted.get(name, False) or bool(permission["PermissionsEdit"])
        return granted


def _granted_field(permission: Doc, sobject: str, sets: set[str]) -> str | None:
    owner, _, name = permission["Field"].partition(".")
    activity = owner == "Activity" and sobject in ("Task", "Event")
    readable = permission["PermissionsRead"] and permission["ParentId"] in sets
    return name if readable and (owner == sobject or activity) else None
