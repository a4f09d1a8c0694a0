"""The one server that all simulators share."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from sandbox.control import Control
from sandbox.kit.discovery import find_simulators
from sandbox.kit.faults import Faults
from sandbox.kit.middleware import FaultMiddleware
from sandbox.kit.pages import Pages
from sandbox.kit.request_log import RequestLog
from sandbox.kit.simulator import Simulator
from sandbox.kit.store import Store
from sandbox.kit.world import World
from sandbox.settings import SandboxSettings


def create_app(settings: SandboxSettings) -> FastAPI:
    """The server with every simulator that has a folder, seeded."""
    world = World(settings=settings, store=Store(settings.data_dir / "sandbox.db"), faults=Faults())
    simulators = find_simulators(world)
    log = RequestLog(world)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        for simulator in simulators:
            await simulator.start()
        yield
        for simulator in simulators:
            await simulator.stop()
        world.store.close()

    app = FastAPI(title="EchoDepth sandbox", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    for simulator in simulators:
        simulator.seed()
        app.include_router(simulator.router)
    app.include_router(Control(world, simulators, log).router)
    _add_index(app, simulators)
    app.add_middleware(FaultMiddleware, world=world, simulators=simulators, log=log)
    return app


def _add_index(app: FastAPI, simulators: Sequence[Simulator]) -> None:
    pages = Pages()

    async def index(_: Request) -> Response:
        return pages.render("index.html", {"simulators": simulators})

    app.add_api_route("/", index, methods=["GET"], include_in_schema=False)
