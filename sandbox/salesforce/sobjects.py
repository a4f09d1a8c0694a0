"""`sobjects/...`: single records."""

from typing import Any

from sandbox.kit.store import Doc
from sandbox.salesforce.errors import SalesforceError, no_such_column, not_found
from sandbox.salesforce.objects import OBJECTS, SObject
from sandbox.salesforce.records import Records, attributes
from sandbox.salesforce.rest import RestRequest, RestResponse, Router
from sandbox.salesforce.schema import Schema


class SObjectCalls:
    """Describe, create, read, change, upsert and delete."""

    def __init__(self, schema: Schema, records: Records, user_id: str) -> None:
        self._schema = schema
        self._records = records
        self._user_id = user_id

    def add_to(self, router: Router) -> None:
        """Answer these calls."""
        router.add("GET", "sobjects", self.listing)
        router.add("GET", "sobjects/*", self.basic)
        router.add("POST", "sobjects/*", self.create)
        router.add("GET", "sobjects/*/describe", self.describe)
        router.add("GET", "sobjects/*/*", self.read)
        router.add("PATCH", "sobjects/*/*", self.update)
        router.add("DELETE", "sobjects/*/*", self.delete)
        router.add("GET", "sobjects/*/*/*", self.read_external)
        router.add("PATCH", "sobjects/*/*/*", self.upsert)
        router.add("DELETE", "sobjects/*/*/*", self.delete_external)

    def listing(self, _: RestRequest) -> RestResponse:
        """All objects, briefly."""
        briefs = [self._schema.brief(sobject) for sobject in OBJECTS.values()]
        return RestResponse(200, {"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": briefs})

    def basic(self, request: RestRequest) -> RestResponse:
        """One object, briefly."""
        return RestResponse(200, {"objectDescribe": self._schema.brief(self._sobject(request)), "recentItems": []})

    def describe(self, request: RestRequest) -> RestResponse:
        """One object with the fields that the user sees."""
        return RestResponse(200, self._schema.describe(self._sobject(request), self._user_id))

    def create(self, request: RestRequest) -> RestResponse:
        """201 with the id."""
        sobject = self._sobject(request)
        record_id = self._records.create(sobject, request.values(), allow_duplicates=request.allows_duplicates)
        location = attributes(sobject.name, record_id, request.version)["url"]
        return RestResponse(201, {"id": record_id, "success": True, "errors": []}, {"Location": location})

    def read(self, request: RestRequest) -> RestResponse:
        """A record, or the fields of it that are asked for."""
        sobject = self._sobject(request)
        return RestResponse(200, self._view(sobject, self._records.get(sobject, request.path[2]), request))

    def update(self, request: RestRequest) -> RestResponse:
        """204."""
        self._records.update(self._sobject(request), request.path[2], request.values())
        return RestResponse(204)

    def delete(self, request: RestRequest) -> RestResponse:
        """204."""
        self._records.delete(self._sobject(request), request.path[2])
        return RestResponse(204)

    def read_external(self, request: RestRequest) -> RestResponse:
        """A record by external id; 300 when there are several."""
        sobject, found = self._by_external_id(request)
        return self._several(sobject, found, request) or RestResponse(200, self._view(sobject, found[0], request))

    def upsert(self, request: RestRequest) -> RestResponse:
        """201 when made, 200 when changed, 300 with all when several have this external id."""
        sobject, found = self._by_external_id(request, may_miss=True)
        values, field = request.values(), request.path[2]
        if any(name.lower() == field.lower() for name in values):
            message = f"The {field} field should not be specified in the sobject data."
            raise SalesforceError(400, "INVALID_FIELD", message, [field])
        if len(found) > 1:
            return self._several(sobject, found, request) or RestResponse(300)
        if found:
            self._records.update(sobject, found[0]["Id"], values)
            return _saved(200, found[0]["Id"], created=False)
        if request.query.get("updateOnly", "").lower() == "true":
            raise not_found()
        given = values | {field: request.path[3]}
        record_id = self._records.create(sobject, given, allow_duplicates=request.allows_duplicates)
        return _saved(201, record_id, created=True)

    def delete_external(self, request: RestRequest) -> RestResponse:
        """204; 300 when there are several."""
        sobject, found = self._by_external_id(request)
        several = self._several(sobject, found, request)
        if several is None:
            self._records.delete(sobject, found[0]["Id"])
        return several or RestResponse(204)

    def _sobject(self, request: RestRequest) -> SObject:
        return self._schema.sobject(request.path[1])

    def _by_external_id(self, request: RestRequest, *, may_miss: bool = False) -> tuple[SObject, list[Doc]]:
        sobject = self._sobject(request)
        found = self._records.by_external_id(sobject, request.path[2], request.path[3])
        if not found and not may_miss:
            raise not_found()
        return sobject, found

    def _several(self, sobject: SObject, found: list[Doc], request: RestRequest) -> RestResponse | None:
        if len(found) < 2:
            return None
        return RestResponse(300, [attributes(sobject.name, record["Id"], request.version)["url"] for record in found])

    def _view(self, sobject: SObject, record: Doc, request: RestRequest) -> dict[str, Any]:
        fields = self._schema.fields(sobject.name, self._user_id)
        asked = [name.strip() for name in request.query.get("fields", "").split(",") if name.strip()]
        for name in asked:
            if name.lower() not in fields:
                raise no_such_column(name, sobject.name)
        chosen = [fields[name.lower()] for name in asked] or list(fields.values())
        view = {"attributes": attributes(sobject.name, record["Id"], request.version)}
        return view | {field.name: record.get(field.name) for field in chosen} | {"Id": record["Id"]}


def _saved(status: int, record_id: str, *, created: bool) -> RestResponse:
    return RestResponse(status, {"id": record_id, "success": True, "errors": [], "created": created})
