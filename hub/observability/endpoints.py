"""`/healthz` and `/readyz` for probes; `/metrics` for a Prometheus here, or one that shows the token that was set."""

import asyncio
import hmac
from typing import Any, Final

import sqlalchemy as sa
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from hub.api_schemas import only_errors
from hub.errors import Forbidden, Unauthorized
from hub.middleware import is_from_here
from hub.observability.metrics import Metrics
from hub.runtime import Runtime

router = APIRouter(tags=["Operation"])

_PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The text format of Prometheus.",
        "content": {"text/plain": {"schema": {"type": "string"}, "example": "hub_store_up 1.0"}},
    }
}


class Health(BaseModel):
    """One word on how it is."""

    status: str


_NOT_READY: Final[dict[int | str, dict[str, Any]]] = {
    503: {
        "model": Health,
        "description": "The store does not answer.",
        "content": {"application/json": {"example": {"status": "store unavailable"}}},
    }
}


@router.get("/healthz", responses=only_errors(500))
async def healthz() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", response_model=Health, responses={**_NOT_READY, **only_errors(500)})
async def readyz(request: Request) -> Response:
    """The store answers too."""
    try:
        await asyncio.to_thread(_ask_store, request.app.state.runtime)
    except sa.exc.SQLAlchemyError:
        return JSONResponse({"status": "store unavailable"}, status_code=503)
    return JSONResponse({"status": "ready"})


@router.get("/metrics", response_class=Response, responses={**_PAGE, **only_errors(401, 403, 500)})
async def read_metrics(request: Request) -> Response:
    """Figures for Prometheus: to this machine, or with the token that was set (`HUB_METRICS_TOKEN`)."""
    _require_access(request)
    metrics: Metrics = request.app.state.metrics
    return Response(await asyncio.to_thread(metrics.page), media_type=CONTENT_TYPE_LATEST)


def _ask_store(runtime: Runtime) -> None:
    with runtime.database.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))


def _require_access(request: Request) -> None:
    runtime: Runtime = request.app.state.runtime
    if runtime.settings.metrics_token is None:
        if not is_from_here(request.scope):
            raise Forbidden("Metrics are told to this machine only; set HUB_METRICS_TOKEN to let others ask.")
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    wanted = runtime.settings.metrics_token.get_secret_value()
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), wanted.encode()):
        raise Unauthorized("Send the metrics token as `Authorization: Bearer <token>`.")
