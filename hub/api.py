"""Includes the features' routers. A feature names its router; nothing here knows what is behind it."""

import importlib
import importlib.util
from typing import Final

from fastapi import APIRouter, FastAPI

_ROUTERS: Final = (
    "hub.ingest.endpoints",
    "hub.deliveries.endpoints",
    "hub.connections.views",
    "hub.accounts.views",
    "hub.console",
)


def include_routers(app: FastAPI) -> None:
    """Add every feature's `router`."""
    for name in _ROUTERS:
        if importlib.util.find_spec(name) is None:
            continue
        router = getattr(importlib.import_module(name), "router", None)
        if isinstance(router, APIRouter):
            app.include_router(router)
