"""Refusals during the set-up."""

from typing import Any

import pytest

from connectors.base.errors import RequestRejected
from connectors.base.records import ChangeKind
from connectors.salesforce.fields import fields_of
from connectors.salesforce.provisioning import provision

_NO_UNIQUE = RequestRejected("Salesforce refused: Unique is not available for activities")


class Organisation:
    """An organisation that starts empty and grants what it is asked for, with faults on order."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}
        self.granted: set[str] = set()
        self.refuses_unique = False
        self.refuses_grants = False
        self.hides: set[str] = set()

    def user_info(self) -> dict[str, Any]:
        return {"user_id": "005A"}

    def tooling_query(self, soql: str) -> list[dict[str, Any]]:
        return []

    def query(self, soql: str) -> list[dict[str, Any]]:
        return []

    def describe(self, object_type: str) -> dict[str, Any]:
        names = {field.split(".")[1] for field in self.granted if field.startswith(f"{object_type}.")}
        return {"fields": [{"name": name, "updateable": True} for name in names - self.hides]}

    def call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path == "tooling/sobjects/CustomField":
            if self.refuses_unique and body["Metadata"].get("unique"):
                raise _NO_UNIQUE
            self.made[body["FullName"]] = body["Metadata"]
        return {"id": "0PSA", "success": True}

    def create_all(self, object_type: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self.refuses_grants:
            fault = {"statusCode": "FIELD_INTEGRITY_EXCEPTION", "message": "no such field", "fields": []}
            return [{"success": False, "errors": [fault]} for _ in rows]
        self.granted |= {row["Field"] for row in rows}
        return [{"success": True, "errors": []} for _ in rows]


def test_an_organisation_without_unique_activity_fields_gets_a_plain_external_id() -> None:
    organisation = Organisation()
    organisation.refuses_unique = True

    provision(organisation, {}, dry_run=False)  # type: ignore[arg-type]

    made = organisation.made["Activity.EchoDepth_Meeting_Id__c"]
    assert made["externalId"]
    assert "unique" not in made


def test_activity_fields_are_granted_on_task() -> None:
    organisation = Organisation()

    provision(organisation, {}, dry_run=False)  # type: ignore[arg-type]

    on_tasks = {field for field in organisation.granted if field.startswith("Task.")}
    assert on_tasks == {f"Task.{spec.name}" for spec in fields_of("Activity")}


def test_refused_permissions_are_told_with_the_fields_name() -> None:
    organisation = Organisation()
    organisation.refuses_grants = True

    with pytest.raises(RequestRejected, match=r"Contact\.EchoDepth_Trust_Score__c: no such field"):
        provision(organisation, {}, dry_run=False)  # type: ignore[arg-type]


def test_a_field_that_stays_hidden_is_named_before_anything_is_written_to_it() -> None:
    organisation = Organisation()
    organisation.hides = {"EchoDepth_Valence__c"}

    with pytest.raises(RequestRejected, match=r"Lead\.EchoDepth_Valence__c") as caught:
        provision(organisation, {}, dry_run=False)  # type: ignore[arg-type]

    assert caught.value.code == "field_security"


def test_only_the_fields_that_the_mapping_names_are_made() -> None:
    organisation = Organisation()
    mapping = {"trust_score": "EchoDepth_Trust_Score__c", "Lead.trust_score": "My_Score__c", "Task.alerts": ""}

    provision(organisation, mapping, dry_run=False)  # type: ignore[arg-type]

    on_people = {name for name in organisation.made if name.startswith(("Contact.", "Lead."))}
    assert on_people == {
        "Contact.EchoDepth_Trust_Score__c",
        "Contact.EchoDepth_Before__c",
        "Lead.EchoDepth_Before__c",
    }
    assert "Activity.EchoDepth_Valence__c" in organisation.made
    assert "Activity.EchoDepth_Alerts__c" not in organisation.made


def test_page_layouts_are_left_to_a_person_and_said_so() -> None:
    changes = provision(Organisation(), {}, dry_run=True)  # type: ignore[arg-type]

    hints = [change for change in changes if change.kind is ChangeKind.BY_HAND]
    assert [hint.name for hint in hints] == ["Contact", "Lead", "Opportunity"]
    assert "Page Layouts" in hints[0].detail
