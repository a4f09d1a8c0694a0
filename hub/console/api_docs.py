"""`/docs`: the API for people, drawn from the document that machines read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hub.accounts.dependencies import OptionalMember
from hub.console.rendering import page
from hub.openapi_sockets import WEB_SOCKETS

_SIDES = ("sent", "received")

router = APIRouter()


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a body."""

    name: str
    where: str
    text: str
    required: bool


@dataclass(frozen=True)
class Operation:
    """One call."""

    method: str
    path: str
    text: str
    fields: tuple[Field, ...]
    answers: tuple[tuple[str, str], ...]
    sent: str
    answered: str


@router.get("/docs")
def docs(request: Request, member: OptionalMember) -> Response:
    """Readable without signing in."""
    document = request.app.openapi()
    return page(
        request,
        "help/api.html",
        member=member,
        layout="layout.html" if member else "plain.html",
        title=document["info"]["title"],
        version=document["info"]["version"],
        chapters=[
            (tag["name"], tag["description"], list(_operations(document, tag["name"]))) for tag in document["tags"]
        ],
        sockets=[_socket(path, facts) for path, facts in WEB_SOCKETS.items()],
        events=[
            (name, item["post"]["summary"], _example(item["post"]["requestBody"]))
            for name, item in document["webhooks"].items()
        ],
    )


def _socket(path: str, facts: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """Path, what it is for, what it answers, and a message of each kind in both directions."""
    sent, received = ("\n".join(json.dumps(row, ensure_ascii=False) for row in facts[side]) for side in _SIDES)
    return path, facts["summary"], facts["server"], sent, received


def _operations(document: Mapping[str, Any], tag: str) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if tag in operation.get("tags", ()):
                yield Operation(
                    method=method.upper(),
                    path=path,
                    text=operation.get("description", ""),
                    fields=(*_parameters(operation), *_body(document, operation)),
                    answers=tuple((code, _answer(document, row)) for code, row in operation["responses"].items()),
                    sent=_example(operation.get("requestBody", {})),
                    answered=next(filter(None, map(_example, operation["responses"].values())), ""),
                )


def _parameters(operation: Mapping[str, Any]) -> Iterator[Field]:
    for row in operation.get("parameters", ()):
        yield Field(row["name"], row["in"], row.get("description", ""), bool(row.get("required")))


def _body(document: Mapping[str, Any], operation: Mapping[str, Any]) -> Iterator[Field]:
    content = operation.get("requestBody", {}).get("content", {})
    for kind, body in content.items():
        schema = _resolved(document, body["schema"])
        where = "form" if kind.startswith("multipart") else "JSON"
        for name, field in schema.get("properties", {}).items():
            yield Field(name, where, field.get("description", ""), name in schema.get("required", ()))


def _example(row: Mapping[str, Any]) -> str:
    """The example of a body or an answer, for people; empty without one."""
    shown = [content["example"] for content in row.get("content", {}).values() if "example" in content]
    return json.dumps(shown[0], indent=2, ensure_ascii=False) if shown else ""


def _answer(document: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if "$ref" in row:
        row = document["components"]["responses"][row["$ref"].rpartition("/")[2]]
    return str(row["description"])


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    options = [option for option in schema.get("anyOf", ()) if "$ref" in option]
    reference = schema.get("$ref") or (options[0]["$ref"] if options else None)
    if reference is None:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found
