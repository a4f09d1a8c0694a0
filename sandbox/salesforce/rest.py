"""The REST API as a function from request to answer, so that composite calls go the same way."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.errors import SalesforceError, not_found


@dataclass(frozen=True)
class RestRequest:
    """A call. `path` holds the decoded parts behind the version; header names are in lower case."""

    method: str
    version: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """The body as one object. Raises `SalesforceError`."""
        if not isinstance(self.body, dict):
            raise SalesforceError(400, "JSON_PARSER_ERROR", "The HTTP entity body is required, but was not an object.")
        return self.body

    @property
    def allows_duplicates(self) -> bool:
        """Whether duplicates may be saved."""
        return "allowsave=true" in self.headers.get("sforce-duplicate-rule-header", "").lower().replace(" ", "")


@dataclass(frozen=True)
class RestResponse:
    """An answer."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[RestRequest], RestResponse]
ROUTE_ANY = "*"


class Router:
    """Finds the handler by method and path; `*` stands for any one part."""

    def __init__(self) -> None:
        self._routes: list[tuple[str, tuple[str, ...], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Let `handler` answer; earlier routes go first."""
        self._routes.append((method, tuple(path.split("/")), handler))

    def answer(self, request: RestRequest) -> RestResponse:
        """The answer, errors included."""
        try:
            return self._handler(request)(request)
        except SalesforceError as error:
            return RestResponse(error.status, error.body())

    def _handler(self, request: RestRequest) -> Handler:
        matching = [(method, handler) for method, path, handler in self._routes if _matches(path, request.path)]
        if not matching:
            raise not_found()
        for method, handler in matching:
            if method == request.method:
                return handler
        raise SalesforceError(405, "METHOD_NOT_ALLOWED", f"HTTP Method '{request.method}' not allowed.")


def _matches(pattern: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if len(pattern) != len(path):
        return False
    return all(wanted in (ROUTE_ANY, part) for wanted, part in zip(pattern, path, strict=True))
