"""The `Allow` header of 405: every method of an address, not only those of the first route that knows it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.routing import compile_path

_METHODS: Final = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}

Known = list[tuple[re.Pattern[str], str]]


def allowed_methods(app: FastAPI, path: str) -> str | None:
    """`GET, POST`, as the OpenAPI document says; None for addresses that are not in it."""
    if not hasattr(app.state, "known_methods"):
        app.state.known_methods = _known(app)
    known: Known = app.state.known_methods
    return next((methods for pattern, methods in known if pattern.match(path)), None)


def _known(app: FastAPI) -> Known:
    """Addresses without parameters first: `/v1/deliveries/recover` is not the delivery called `recover`."""
    paths = sorted(app.openapi()["paths"].items(), key=lambda item: item[0].count("{"))
    return [(compile_path(path)[0], ", ".join(sorted(_methods(item)))) for path, item in paths]


def _methods(item: Mapping[str, Any]) -> set[str]:
    """Those of an address; where GET is answered, so is HEAD."""
    named = {method.upper() for method in item.keys() & _METHODS}
    return named | {"HEAD"} if "GET" in named else named
