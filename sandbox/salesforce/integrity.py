"""Rules that look beyond one field."""

from collections.abc import Callable
from typing import Any

from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.salesforce.custom_fields import CustomFields
from sandbox.salesforce.errors import SalesforceError
from sandbox.salesforce.objects import SObject

UNIQUE_PAIRS = {
    "PermissionSet": ("Name",),
    "PermissionSetAssignment": ("AssigneeId", "PermissionSetId"),
    "FieldPermissions": ("ParentId", "Field"),
}


class Integrity:
    """Checks a record before it is saved."""

    def __init__(self, world: World, custom: CustomFields, options: Callable[[], dict[str, Any]]) -> None:
        self._world = world
        self._custom = custom
        self._options = options

    def check(self, sobject: SObject, record: Doc, former: Doc | None, *, allow_duplicates: bool) -> None:
        """Raise `SalesforceError` when the record may not be saved so."""
        self._check_unique(sobject, record)
        if sobject.name == "FieldPermissions":
            self._check_field_permission(record)
        if sobject.name in ("Task", "Event"):
            _check_activity(record)
        if sobject.name == "Contact" and former is None and not allow_duplicates:
            self._check_duplicate_contact(record)

    def _check_unique(self, sobject: SObject, record: Doc) -> None:
        keys = [UNIQUE_PAIRS[sobject.name]] if sobject.name in UNIQUE_PAIRS else []
        keys += [(doc["name"],) for doc in self._custom.of(sobject.name) if doc["metadata"].get("unique")]
        others = self._world.collection("salesforce", sobject.name).find(lambda o: o["Id"] != record.get("Id"))
        for key in keys:
            wanted = [record.get(name) for name in key]
            twin = next((other for other in others if [other.get(name) for name in key] == wanted), None)
            if twin and None not in wanted:
                message = (
                    f"duplicate value found: {', '.join(key)} duplicates value on record with id: {twin['Id'][:15]}"
                )
                raise SalesforceError(400, "DUPLICATE_VALUE", message, [])

    def _check_field_permission(self, record: Doc) -> None:
        owner = record["Field"].partition(".")[0]
        if not self._custom.get(record["Field"]) or owner not in (record["SobjectType"], "Activity"):
            message = f"Field Name: bad value for restricted picklist field: {record['Field']}"
            raise SalesforceError(400, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, ["Field"])
        if record["PermissionsEdit"] and not record["PermissionsRead"]:
            message = "Edit permission requires read permission"
            raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", message, ["PermissionsEdit"])

    def _check_duplicate_contact(self, record: Doc) -> None:
        if not self._options()["duplicate_rule"] or not record.get("Email"):
            return
        email = record["Email"].lower()
        contacts = self._world.collection("salesforce", "Contact")
        twins = contacts.find(lambda other: str(other.get("Email") or "").lower() == email)
        if twins:
            raise _duplicates(twins)


def _check_activity(record: Doc) -> None:
    who = record.get("WhoId") or ""
    if who.startswith("00Q") and record.get("WhatId"):
        message = "If Who is a Lead, What must be empty"
        raise SalesforceError(400, "FIELD_INTEGRITY_EXCEPTION", message, ["WhatId"])


def _duplicates(twins: list[Doc]) -> SalesforceError:
    words = "Use one of these records?"
    matches = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": "Contact"}, "Id": twin["Id"]},
        }
        for twin in twins
    ]
    result = {
        "allowSave": True,
        "duplicateRule": "Standard_Contact_Duplicate_Rule",
        "duplicateRuleEntityType": "Contact",
        "errorMessage": words,
        "matchResults": [
            {
                "entityType": "Contact",
                "errors": [],
                "matchEngine": "FuzzyMatchEngine",
                "matchRecords": matches,
                "rule": "Standard_Contact_Match_Rule_v1_1",
                "size": len(matches),
                "success": True,
            }
        ],
    }
    return SalesforceError(400, "DUPLICATES_DETECTED", words, duplicateResult=result)
