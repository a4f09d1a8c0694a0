"""The web application: routes, errors, request ids, and the engine in its lifespan."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import sqlalchemy as sa
import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub import __version__, errors, middleware, openapi, worker
from hub.accounts.rate_headers import RateHeaders
from hub.analysis.warm import close_pool
from hub.api import include_routers
from hub.console.errors import error_page
from hub.engine.launch import Engine
from hub.kit.ids import new_id
from hub.runtime import Runtime

_STATIC = Path(__file__).parent / "console" / "static"
_ACCEPTABLE_ID = re.compile(rb"^[A-Za-z0-9_-]{8,64}$")

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
    )
    app.state.runtime = runtime
    middleware.install(app, runtime.settings)
    app.add_middleware(RateHeaders)
    app.add_middleware(RequestIds)
    errors.install(app)
    app.state.error_page = error_page
    app.add_api_route("/healthz", _healthz, include_in_schema=False)
    app.add_api_route("/readyz", _readyz, include_in_schema=False)
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
        await worker.launch(runtime, engine)
        if on_ready:
            on_ready(runtime)
        yield
        await close_pool()
        await engine.stop()

    return lifespan


async def _healthz() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def _readyz(request: Request) -> Response:
    """The store answers too."""
    try:
        await asyncio.to_thread(_ask_store, request.app.state.runtime)
    except sa.exc.SQLAlchemyError:
        return JSONResponse({"status": "store unavailable"}, status_code=503)
    return JSONResponse({"status": "ready"})


def _ask_store(runtime: Runtime) -> None:
    with runtime.database.engine.connect() as connection:
        connection.execute(sa.text("SELECT 1"))


class RequestIds:
    """Gives every request an id, taken from the caller when it is harmless, for logs and the `X-Request-Id` header."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Bind the id around the request."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        identifier = _offered_id(scope) or new_id("req")
        scope.setdefault("state", {})["request_id"] = identifier
        with structlog.contextvars.bound_contextvars(request_id=identifier):
            await self.app(scope, receive, _stamping(send, identifier))


def _offered_id(scope: Scope) -> str | None:
    offered = dict(scope["headers"]).get(b"x-request-id", b"")
    return offered.decode() if _ACCEPTABLE_ID.match(offered) else None


def _stamping(send: Send, identifier: str) -> Send:
    async def stamped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [pair for pair in message.get("headers", []) if pair[0].lower() != b"x-request-id"]
            message["headers"] = [*headers, (b"x-request-id", identifier.encode())]
        await send(message)

    return stamped
