"""What every request passes before a route sees it: HEAD, its envelope, HTTPS only, bounded bodies, compression."""

import asyncio
import re
import time
from functools import lru_cache
from ipaddress import ip_address
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.accounts.dependencies import is_https
from hub.envelope import Envelope, Watcher
from hub.errors import answer
from hub.observability import tracing
from hub.settings import Settings

MAX_BODY_BYTES: Final = 1024 * 1024
"""More than any form, JSON body or webhook needs."""
MAX_BODY_S: Final = 30.0
_BOUNDS_ITSELF: Final = re.compile(r"/v1/(?:analyse/|analyze|emotion/|sessions/[^/]+/frames)")
"""Routes that take recordings: they bound what they read by the caller's plan, and give up silent clients."""
_PROBES: Final = {"/healthz", "/readyz"}


def install(app: FastAPI, settings: Settings, watcher: Watcher) -> None:
    """Add them all; the one added last is asked first."""
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=6)
    app.add_middleware(BoundedBodies)
    if not settings.allow_plain_http:
        app.add_middleware(HttpsOnly)
    app.add_middleware(Envelope, https=is_https(settings), watcher=watcher, traced=tracing.is_wanted(settings))
    app.add_middleware(HeadAsGet)


class HeadAsGet:
    """Answers HEAD as GET, and leaves out the body: what asks whether the hub is up often asks so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass HEAD on as GET, everything else as it is."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body"})  # a stream that has no end sees that nobody listens

        await self.app({**scope, "method": "GET"}, receive, without_body)


class HttpsOnly:
    """Refuses plain http from other machines: passwords, keys and results would be readable on the way.

    Behind a proxy, scheme and peer are what `HUB_TRUSTED_PROXIES` lets it say. Probes carry nothing, and pass.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or answer 403."""
        if scope["type"] == "lifespan" or _is_safe(scope) or scope["path"] in _PROBES:
            await self.app(scope, receive, send)
        else:
            refusal = answer(HTTPConnection(scope), 403, "forbidden", "Plain http is not accepted here: use https.")
            await refusal(scope, receive, send)


class BoundedBodies:
    """Refuses bodies that are too large (413) or come too slowly (408), however their length is declared."""

    def __init__(self, app: ASGIApp, limit_bytes: int = MAX_BODY_BYTES, within_s: float = MAX_BODY_S) -> None:
        self.app = app
        self.limit_bytes = limit_bytes
        self.within_s = within_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watch the body while the route reads it."""
        if scope["type"] != "http" or _BOUNDS_ITSELF.match(scope.get("path", "")):
            await self.app(scope, receive, send)
        else:
            await self.app(scope, self._bounded(scope, receive), send)

    @property
    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"The body is over {self.limit_bytes} bytes.")

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        size, ends, complete = 0, time.monotonic() + self.within_s, False
        is_declared_too_large = _declared_bytes(scope) > self.limit_bytes

        async def bounded() -> Message:
            nonlocal size, complete
            if complete:  # what comes now is only that the client went away
                return await receive()
            if is_declared_too_large:  # said only now: a route asks first who calls
                raise self._too_large
            try:
                message = await asyncio.wait_for(receive(), ends - time.monotonic())
            except TimeoutError as error:
                raise HTTPException(408, "The body came too slowly.") from error
            size += len(message.get("body", b""))
            if size > self.limit_bytes:
                raise self._too_large
            complete = not message.get("more_body", False)
            return message

        return bounded


def _declared_bytes(scope: Scope) -> int:
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    return int(declared[:20]) if declared.isdigit() else 0


def _is_safe(scope: Scope) -> bool:
    return scope["scheme"] in {"https", "wss"} or is_from_here(scope)


def is_from_here(scope: Scope) -> bool:
    """Whether the peer is this very machine."""
    client = scope["client"]
    return client is not None and _is_loopback(client[0])


@lru_cache(maxsize=1024)
def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
