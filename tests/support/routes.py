"""Every route of the hub, from the router's own table, and what guards it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute

from hub.accounts.api_access import scope_of
from hub.accounts.dependencies import current_admin, current_member
from hub.openapi_security import every_route


@dataclass(frozen=True)
class Guarded:
    """One route. `guard` is `scope`, `admin`, `member`, `socket` or `open`; `query` names its parameters."""

    method: str
    path: str
    guard: str
    scope: str | None = None
    query: tuple[str, ...] = ()

    @property
    def names_rows(self) -> bool:
        """Whether its address holds the id of something."""
        return "_id}" in self.path


def all_guarded(app: FastAPI) -> Iterator[Guarded]:
    """Every route and method."""
    for path, route in every_route(app.routes):
        if isinstance(route, APIRoute):
            guard, scope = _guard(route.dependant)
            query = tuple(parameter.name for parameter in route.dependant.query_params)
            for method in sorted(route.methods or ()):
                yield Guarded(method, path, guard, scope, query)
        elif isinstance(route, APIWebSocketRoute):
            yield Guarded("WEBSOCKET", path, "socket")
        else:
            yield Guarded("GET", path, "open")


def _guard(dependant: Dependant) -> tuple[str, str | None]:
    if scope := scope_of(dependant):
        return "scope", scope
    calls = set(_calls(dependant))
    if current_admin in calls:
        return "admin", None
    return ("member", None) if current_member in calls else ("open", None)


def _calls(dependant: Dependant) -> Iterator[Any]:
    for each in dependant.dependencies:
        yield each.call
        yield from _calls(each)
