"""`query` and `tooling`: SOQL in pages, and custom fields."""

from collections.abc import Callable
from typing import Any

from sandbox.kit.store import Doc
from sandbox.kit.world import World
from sandbox.salesforce.custom_fields import CustomFields
from sandbox.salesforce.errors import SalesforceError
from sandbox.salesforce.rest import RestRequest, RestResponse, Router
from sandbox.salesforce.soql.engine import Engine
from sandbox.salesforce.soql.syntax import malformed
from sandbox.salesforce.soql.tables import Tables
from sandbox.salesforce.tables import DefinitionTables, custom_field_row

HEAVY = ("Metadata", "FullName")


class QueryCalls:
    """SOQL on the org's records."""

    def __init__(self, world: World, tables: Tables, options: Callable[[], dict[str, Any]]) -> None:
        self._world = world
        self._tables = tables
        self._options = options
        self._cursors = world.collection("salesforce", "query_cursor")

    def add_to(self, router: Router) -> None:
        """Answer these calls."""
        for name in ("query", "queryAll"):
            router.add("GET", name, self.first)
            router.add("GET", f"{name}/*", self.more)

    def first(self, request: RestRequest) -> RestResponse:
        """The first page."""
        if not request.query.get("q"):
            raise malformed("A query string has to be specified")
        total, records = Engine(self._tables, request.version).run(request.query["q"])
        cursor = f"01g5g0{self._world.token(9)}"
        return RestResponse(200, self._page(total, records, cursor, 0, request))

    def more(self, request: RestRequest) -> RestResponse:
        """A further page, by the locator of the one before."""
        cursor, _, offset = request.path[1].rpartition("-")
        kept = self._cursors.get(cursor)
        if kept is None or not offset.isdigit():
            raise SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return RestResponse(200, self._page(kept["total"], kept["records"], cursor, int(offset), request))

    def _page(self, total: int, records: list[Doc], cursor: str, offset: int, request: RestRequest) -> Doc:
        size = self._page_size(request)
        page: Doc = {"totalSize": total, "done": offset + size >= len(records)}
        if not page["done"]:
            self._cursors.put(cursor, {"total": total, "records": records})
            page["nextRecordsUrl"] = f"/services/data/{request.version}/query/{cursor}-{offset + size}"
        return page | {"records": records[offset : offset + size]}

    def _page_size(self, request: RestRequest) -> int:
        asked = request.headers.get("sforce-query-options", "").lower().partition("batchsize=")[2]
        size = int(asked) if asked.isdigit() else int(self._options()["query_page_size"])
        return max(1, min(size, 2000))


class ToolingCalls:
    """Custom fields."""

    def __init__(self, custom: CustomFields) -> None:
        self._custom = custom

    def add_to(self, router: Router) -> None:
        """Answer these calls."""
        router.add("GET", "tooling/query", self.query)
        router.add("POST", "tooling/sobjects/CustomField", self.create)
        router.add("GET", "tooling/sobjects/CustomField/*", self.read)
        router.add("PATCH", "tooling/sobjects/CustomField/*", self.update)
        router.add("DELETE", "tooling/sobjects/CustomField/*", self.delete)

    def query(self, request: RestRequest) -> RestResponse:
        """SOQL on the entities that describe fields; metadata only of one row at a time."""
        total, records = Engine(DefinitionTables(self._custom), request.version).run(request.query.get("q", ""))
        if len(records) > 1 and any(key in records[0] for key in HEAVY):
            raise malformed(
                "When retrieving results with Metadata or FullName fields, the query qualifications must specify"
                f" no more than one row for retrieval. Result size: {len(records)}"
            )
        for record in records:
            record["attributes"]["url"] = record["attributes"]["url"].replace("/sobjects/", "/tooling/sobjects/")
        done: Doc = {"size": len(records), "totalSize": total, "done": True, "queryLocator": None}
        return RestResponse(200, done | {"entityTypeName": "CustomField", "records": records})

    def create(self, request: RestRequest) -> RestResponse:
        """201; nobody sees the field until a permission set grants it."""
        field_id = self._custom.create(request.values())
        return RestResponse(201, {"id": field_id, "success": True, "errors": [], "warnings": [], "infos": []})

    def read(self, request: RestRequest) -> RestResponse:
        """With its metadata."""
        return RestResponse(200, custom_field_row(self._custom.by_id(request.path[3])))

    def update(self, request: RestRequest) -> RestResponse:
        """204."""
        self._custom.change(request.path[3], request.values())
        return RestResponse(204)

    def delete(self, request: RestRequest) -> RestResponse:
        """204."""
        self._custom.delete(request.path[3])
        return RestResponse(204)
