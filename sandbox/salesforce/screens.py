"""`/salesforce`: lists and record pages, drawn as a CRM draws them."""

from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.responses import RedirectResponse, Response

from sandbox.kit.pages import Pages
from sandbox.kit.store import Doc
from sandbox.salesforce.fields import Field
from sandbox.salesforce.objects import OBJECTS, SObject
from sandbox.salesforce.records import Records
from sandbox.salesforce.schema import Schema

LISTED = ("Account", "Contact", "Lead", "Opportunity", "Task")
HIDDEN = ("Id", "IsDeleted", "SystemModstamp", "CreatedById", "LastModifiedById", "IsClosed", "IsWon", "IsConverted")
SCORE = "trust_score"


class _RecordId(StringConvertor):
    """A record's id in an address, in its short or long form."""

    regex = "[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?"


register_url_convertor("salesforce_id", _RecordId())


class Screens:
    """The pages."""

    def __init__(self, pages: Pages, schema: Schema, records: Records, user_id: str) -> None:
        self._pages = pages
        self._schema = schema
        self._records = records
        self._user_id = user_id
        self.router = APIRouter()
        self.router.add_api_route("/salesforce", self.lists, methods=["GET"], include_in_schema=False)
        self.router.add_api_route("/lightning/r/{sobject}/{record_id}/view", self.moved, methods=["GET"])
        self.router.add_api_route("/{record_id:salesforce_id}", self.moved, methods=["GET"], include_in_schema=False)
        self.router.add_api_route("/salesforce/{record_id}", self.record, methods=["GET"], include_in_schema=False)

    async def lists(self) -> Response:
        """The records by object."""
        tabs = [(OBJECTS[name], [self._line(r) for r in self._records.of(name).all()]) for name in LISTED]
        return self._pages.render("salesforce.html", {"tabs": tabs})

    async def record(self, record_id: str) -> Response:
        """One record with its activities and what is related."""
        found = self._records.find_by_id(record_id)
        if found is None:
            raise HTTPException(404, "there is no such record")
        sobject, record = found
        fields = list(self._schema.fields(sobject.name, self._user_id).values())
        context = {
            "sobject": sobject,
            "title": _title(record),
            "details": self._details([f for f in fields if not f.custom and f.name not in HIDDEN], record),
            "insights": self._details([f for f in fields if f.custom], record),
            "score": next((record.get(f.name) for f in fields if f.custom and SCORE in f.name.lower()), None),
            "activities": self._activities(record),
            "related": self._related(sobject, record),
        }
        return self._pages.render("record.html", context)

    async def moved(self, record_id: str) -> Response:
        """The addresses that real orgs give their record pages."""
        return RedirectResponse(f"/salesforce/{record_id}")

    def _line(self, record: Doc) -> Doc:
        account = self._linked(record.get("AccountId") or record.get("WhatId") or record.get("WhoId"))
        note = record.get("Email") or record.get("StageName") or record.get("Status") or record.get("Website") or ""
        return {"id": record["Id"], "title": _title(record), "note": note, "account": account}

    def _details(self, fields: list[Field], record: Doc) -> list[tuple[str, Any, Doc | None]]:
        shown = []
        for field in fields:
            value = record.get(field.name)
            if value is not None and value != "":
                label = field.label or field.name.removesuffix("Id")
                shown.append((label, value, self._linked(value) if field.type == "reference" else None))
        return shown

    def _linked(self, record_id: Any) -> Doc | None:
        found = self._records.find_by_id(str(record_id)) if record_id else None
        return {"id": found[1]["Id"], "title": _title(found[1])} if found else None

    def _activities(self, record: Doc) -> list[Doc]:
        own = (record["Id"],)
        tasks = self._records.of("Task").find(lambda t: t.get("WhoId") in own or t.get("WhatId") in own)
        return list(reversed(tasks))

    def _related(self, sobject: SObject, record: Doc) -> list[tuple[str, list[Doc]]]:
        lists = []
        for name, child, field in sobject.children:
            rows = [row for row in self._records.of(child).all() if row.get(field) == record["Id"]]
            if rows and child != "Task":
                lists.append((name, [self._related_line(row) for row in rows]))
        return lists

    def _related_line(self, row: Doc) -> Doc:
        if "ContactId" not in row:
            return {"id": row["Id"], "title": _title(row), "note": row.get("StageName") or row.get("Title") or ""}
        people = [self._linked(row["ContactId"]), self._linked(row["OpportunityId"])]
        title = " · ".join(person["title"] for person in people if person)
        return {"id": row["OpportunityId"], "title": title, "note": row.get("Role") or ""}


def _title(record: Doc) -> str:
    return str(record.get("Name") or record.get("Subject") or record["Id"])
