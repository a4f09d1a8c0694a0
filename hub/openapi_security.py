"""How calls are authorised, for the OpenAPI document: by key or by an app's token, each call with its scope."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from hub.accounts.api_access import scope_of
from hub.accounts.scopes import APP_SCOPES

OAUTH_PATHS: Final = ("/oauth/token", "/oauth/revoke", "/oauth/introspect", "/.well-known/oauth-authorization-server")
_BY_SECRET: Final[dict[str, list[str]]] = {"app_secret": []}


def describe_security(app: FastAPI, document: dict[str, Any]) -> None:
    """Name the schemes, and for each call which of them it takes."""
    schemes = document["components"].setdefault("securitySchemes", {})
    schemes["app_token"] = {
        "type": "oauth2",
        "description": "A token of an app that a member allowed to act for them.",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": "/oauth/authorize",
                "tokenUrl": "/oauth/token",
                "refreshUrl": "/oauth/token",
                "scopes": dict(APP_SCOPES),
            }
        },
    }
    schemes["app_secret"] = {"type": "http", "scheme": "basic", "description": "`client_id` and `client_secret`."}
    for (path, method), scope in scopes_of_routes(app).items():
        operation = document["paths"].get(path, {}).get(method)
        if operation is not None and scope in APP_SCOPES:
            operation["security"] = [*operation["security"], {"app_token": [scope]}]
    for path in ("/oauth/token", "/oauth/revoke"):
        document["paths"][path]["post"]["security"] = [_BY_SECRET, {}]
    document["paths"]["/oauth/introspect"]["post"]["security"] = [_BY_SECRET]


def scopes_of_routes(app: FastAPI) -> dict[tuple[str, str], str]:
    """The scope that each call needs, by path and method in lower case."""
    found: dict[tuple[str, str], str] = {}
    for path, route in every_route(app.routes):
        if isinstance(route, APIRoute) and (scope := scope_of(route.dependant)):
            found |= {(path, method.lower()): scope for method in route.methods or ()}
    return found


def every_route(routes: Sequence[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Path and route, those of included routers too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield prefix + str(route.path), route
        else:
            yield from every_route(included.routes, prefix + route.include_context.prefix)
