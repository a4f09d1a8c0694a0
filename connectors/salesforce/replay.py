"""What the hub takes from recorded answers of Salesforce's."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.base.errors import RequestRejected
from connectors.base.recorded import Recorded, shape
from connectors.salesforce.errors import refusal
from connectors.salesforce.fields import RECORD_TYPES, fields_of

_REFUSED = 400
_FOLLOWS_FROM_ANOTHER = {"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"}


def read(recorded: Recorded) -> Mapping[str, Any] | None:
    """Records found or written, each with what became of it; an object's fields; the API budget. None for no JSON.

    Raises the error of the row that stopped all others, or else of the first, when nothing was written, or when
    trying the whole again can cure a row.
    """
    body = recorded.value
    if isinstance(body, list):
        return _rows(list(body)) if all(isinstance(row, dict) for row in body) else shape(body)
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("records"), list):
        more = body.get("nextRecordsUrl")
        return {"records": body["records"], "total": body.get("totalSize"), "more_pages": bool(more)}
    if isinstance(body.get("fields"), list) and "name" in body:
        return {"object": _described(body)}
    if parts := list(_parts(body)):
        return _rows(parts)
    if "success" in body:
        return _rows([body])
    if "DailyApiRequests" in body:
        return {"limits": {name: limit for name, limit in body.items() if isinstance(limit, dict)}}
    return shape(body)


def _rows(rows: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    results = [_result(row) for row in rows]
    errors = [result for result in results if isinstance(result, RequestRejected)]
    if errors and len(errors) == len(results):
        raise min(errors, key=lambda error: error.code in _FOLLOWS_FROM_ANOTHER)
    return {"rows": results}


def _result(row: Mapping[str, Any]) -> Mapping[str, Any] | RequestRejected:
    """One row of collections, or one part of a composite answer."""
    status = row.get("httpStatusCode")
    if isinstance(status, int):
        body = row.get("body")
        return refusal(status, body) if status >= 300 else _written(body if isinstance(body, dict) else {})
    return _written(row) if row.get("success", True) else refusal(_REFUSED, row)


def _written(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: row[name] for name in ("id", "created") if name in row} or {"updated": True}


def _parts(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    graphs = body.get("graphs") if isinstance(body.get("graphs"), list) else []
    answers = [graph.get("graphResponse") for graph in graphs or [] if isinstance(graph, dict)]
    for answer in (body, *answers):
        parts = answer.get("compositeResponse") if isinstance(answer, dict) else None
        yield from (part for part in parts or [] if isinstance(part, dict))


def _described(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the connected user sees of an object; a field without field-level security is missing from it."""
    names = [str(field.get("name")) for field in body["fields"] if isinstance(field, dict)]
    ours = [spec.name for spec in fields_of(str(body["name"]))] if body["name"] in RECORD_TYPES else []
    return {"name": body["name"], "fields": names, "not_visible": [name for name in ours if name not in names]}
