"""The web application: routes, errors, and the engine in its lifespan."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi.telemetry import TelemetryConfig

from hub import __version__, errors, middleware, openapi, worker
from hub.analysis.warm import close_pool
from hub.api import include_routers
from hub.console.errors import error_page
from hub.engine.launch import Engine
from hub.observability import tracing
from hub.observability.metrics import Metrics
from hub.runtime import Runtime

_STATIC = Path(__file__).parent / "console" / "static"
_NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}

OnReady = Callable[[Runtime], None]


def create_app(runtime: Runtime, *, engine: Engine | None = None, on_ready: OnReady | None = None) -> FastAPI:
    """The hub as an ASGI application, which launches the engine in its lifespan and stops it at the end.

    `engine` is one that `worker.prepare` already made; `on_ready` is called once everything is up.
    """
    app = FastAPI(
        title="EchoDepth Hub",
        version=__version__,
        lifespan=_lifespan(runtime, engine, on_ready),
        docs_url=None,  # its pages need scripts from elsewhere; `hub.console.api_docs` draws ours
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
    )
    metrics = Metrics(runtime)
    app.state.runtime, app.state.metrics = runtime, metrics
    middleware.install(app, runtime.settings, metrics.requests)
    errors.install(app)
    app.state.error_page = error_page
    include_routers(app)
    openapi.install(app)
    if _STATIC.is_dir():
        app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app


def _lifespan(
    runtime: Runtime, prepared: Engine | None, on_ready: OnReady | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        engine = prepared or worker.prepare(runtime)
        with tracing.exported(runtime.settings):
            await worker.launch(runtime, engine)
            if on_ready:
                on_ready(runtime)
            yield
            await close_pool()
            await engine.stop()

    return lifespan
