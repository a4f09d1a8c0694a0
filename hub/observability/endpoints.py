"""`/metrics`: for a Prometheus on this machine, or one that shows the token that was set."""

import asyncio
import hmac

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST

from hub.errors import Forbidden, Unauthorized
from hub.middleware import is_from_here
from hub.observability.metrics import Metrics
from hub.runtime import Runtime

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
async def read_metrics(request: Request) -> Response:
    """The page. Raises `Forbidden` without a token from elsewhere, `Unauthorized` with a wrong one."""
    _require_access(request)
    metrics: Metrics = request.app.state.metrics
    return Response(await asyncio.to_thread(metrics.page), media_type=CONTENT_TYPE_LATEST)


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
