"""`composite/sobjects`: up to 200 records in one call, which answers 200 although rows may fail."""

from collections.abc import Callable, Sequence
from typing import Any

from sandbox.kit.store import Doc, RolledBack, Store
from sandbox.salesforce.errors import SalesforceError
from sandbox.salesforce.objects import SObject
from sandbox.salesforce.records import Records
from sandbox.salesforce.rest import RestRequest, RestResponse, Router
from sandbox.salesforce.schema import Schema

MOST = 200
ROLLED_BACK = "Record rolled back because not all records were valid and the request was using AllOrNone header"
Row = dict[str, Any]


class CollectionCalls:
    """Create, change, upsert, delete and read many."""

    def __init__(self, store: Store, schema: Schema, records: Records, single: Router) -> None:
        self._store = store
        self._schema = schema
        self._records = records
        self._single = single

    def add_to(self, router: Router) -> None:
        """Answer these calls."""
        router.add("POST", "composite/sobjects", self.create)
        router.add("PATCH", "composite/sobjects", self.update)
        router.add("DELETE", "composite/sobjects", self.delete)
        router.add("PATCH", "composite/sobjects/*/*", self.upsert)
        router.add("GET", "composite/sobjects/*", self.read)
        router.add("POST", "composite/sobjects/*", self.read)

    def create(self, request: RestRequest) -> RestResponse:
        """One result per record."""

        def one(record: Doc) -> Row:
            sobject = self._schema.sobject(_type_of(record))
            allow = request.allows_duplicates
            return {"id": self._records.create(sobject, record, allow_duplicates=allow), "success": True, "errors": []}

        return self._each(request, one)

    def update(self, request: RestRequest) -> RestResponse:
        """One result per record; each names its id."""

        def one(record: Doc) -> Row:
            values = {name: value for name, value in record.items() if name.lower() != "id"}
            record_id = str(record.get("Id") or record.get("id") or "")
            if not record_id:
                raise SalesforceError(400, "MISSING_ARGUMENT", "Id not specified in an update call", [])
            self._records.update(self._schema.sobject(_type_of(record)), record_id, values)
            return {"id": record_id, "success": True, "errors": []}

        return self._each(request, one)

    def upsert(self, request: RestRequest) -> RestResponse:
        """One result per record, all of one object; each names its external id."""
        sobject, field = self._schema.sobject(request.path[2]), request.path[3]

        def one(record: Doc) -> Row:
            return self._upsert_one(sobject, field, record, request)

        return self._each(request, one)

    def delete(self, request: RestRequest) -> RestResponse:
        """One result per id in `ids`."""
        ids = [part for part in request.query.get("ids", "").split(",") if part]

        def one(record: Doc) -> Row:
            found = self._records.find_by_id(record["Id"])
            if found is None:
                raise SalesforceError(404, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])
            self._records.delete(found[0], record["Id"])
            return {"id": record["Id"], "success": True, "errors": []}

        all_or_none = request.query.get("allOrNone", "").lower() == "true"
        return RestResponse(200, self._rows([{"Id": record_id} for record_id in ids], one, all_or_none))

    def read(self, request: RestRequest) -> RestResponse:
        """The records with these ids, null for unknown ones."""
        body = request.body if isinstance(request.body, dict) else {}
        ids = body.get("ids") or request.query.get("ids", "").split(",")
        fields = ",".join(body.get("fields") or []) or request.query.get("fields", "")
        answers = [self._read_one(request, record_id, fields) for record_id in ids]
        return RestResponse(200, [answer.body if answer.status == 200 else None for answer in answers])

    def _read_one(self, request: RestRequest, record_id: str, fields: str) -> RestResponse:
        path = ("sobjects", request.path[2], record_id)
        return self._single.answer(RestRequest("GET", request.version, path, {"fields": fields}))

    def _upsert_one(self, sobject: SObject, field: str, record: Doc, request: RestRequest) -> Row:
        value = next((str(v) for name, v in record.items() if name.lower() == field.lower() and v is not None), None)
        if value is None:
            raise SalesforceError(400, "MISSING_ARGUMENT", f"{field} not specified", [])
        found = self._records.by_external_id(sobject, field, value)
        if len(found) > 1:
            ids = ", ".join(other["Id"] for other in found)
            raise SalesforceError(
                300, "DUPLICATE_VALUE", f"{field}: more than one record found for external id: {ids}", [field]
            )
        if found:
            values = {name: v for name, v in record.items() if name.lower() != field.lower()}
            self._records.update(sobject, found[0]["Id"], values)
            return {"id": found[0]["Id"], "success": True, "errors": [], "created": False}
        record_id = self._records.create(sobject, record, allow_duplicates=request.allows_duplicates)
        return {"id": record_id, "success": True, "errors": [], "created": True}

    def _each(self, request: RestRequest, one: Callable[[Doc], Row]) -> RestResponse:
        body = request.values()
        records = body.get("records")
        if not isinstance(records, list) or not records:
            raise SalesforceError(400, "JSON_PARSER_ERROR", "records is required")
        if len(records) > MOST:
            message = f"record limit reached. cannot submit more than {MOST} records in this call"
            raise SalesforceError(400, "EXCEEDED_MAX_SIZE_REQUEST", message)
        return RestResponse(200, self._rows(records, one, bool(body.get("allOrNone"))))

    def _rows(self, records: Sequence[Doc], one: Callable[[Doc], Row], all_or_none: bool) -> list[Row]:
        rows: list[Row] = []
        with self._store.savepoint():
            rows = [_attempt(record, one) for record in records]
            if all_or_none and not all(row["success"] for row in rows):
                rows = [_undone(row) if row["success"] else row for row in rows]
                raise RolledBack
        return rows


def _attempt(record: Doc, one: Callable[[Doc], Row]) -> Row:
    try:
        return one(record)
    except SalesforceError as error:
        return error.row()


def _undone(_: Row) -> Row:
    return SalesforceError(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", ROLLED_BACK, []).row()


def _type_of(record: Doc) -> str:
    kind = (record.get("attributes") or {}).get("type")
    if not kind:
        raise SalesforceError(400, "INVALID_INPUT", "attributes.type is required", [])
    return str(kind)
