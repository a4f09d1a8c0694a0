"""What every answer carries, and what is noted about it: one layer, because each one costs every request."""

import random
import re
import time
from collections.abc import Mapping
from typing import Final, Protocol

import structlog
from opentelemetry.trace import SpanKind
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.accounts.api_access import count_unadmitted
from hub.accounts.rate_limits import Allowance
from hub.deprecations import DEPRECATED, Call, Deprecation, headers_of
from hub.kit.ids import new_id
from hub.observability import tracing

_ACCEPTABLE_ID: Final = re.compile(r"^[A-Za-z0-9_-]{8,64}\Z")
_REQUEST_ID: Final = b"x-request-id"
_STARTS: Final = {"http.response.start", "websocket.http.response.start"}
_ACCEPT: Final = "websocket.accept"
_YEAR_S: Final = 365 * 24 * 3600


class Watcher(Protocol):
    """Is told about every request that was answered."""

    def request_ended(self, scope: Scope, status: int, seconds: float) -> None:
        """`status` is 101 for a WebSocket connection that was accepted."""


class Envelope:
    """Gives every request an id, taken from the caller when it is harmless, and every answer its headers.

    They are `X-Request-Id`, `X-RateLimit-*` for known callers, what the route's life cycle says (`Deprecation`), and
    what browsers should know: believe the declared type, and come back by https only.
    """

    def __init__(
        self,
        app: ASGIApp,
        https: bool,
        watcher: Watcher,
        traced: bool = False,
        deprecated: Mapping[Call, Deprecation] = DEPRECATED,
    ) -> None:
        self.app = app
        self.deprecated = deprecated
        self.watcher = watcher
        self.traced = traced
        self.headers = [(b"x-content-type-options", b"nosniff")]
        if https:
            self.headers.append((b"strict-transport-security", f"max-age={_YEAR_S}".encode()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a `send` that adds them."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        # no secret: a system call for each id would cost more than the id
        identifier = _offered_id(scope) or new_id("req", random.getrandbits)
        scope.setdefault("state", {})["request_id"] = identifier
        status, started = 500, time.perf_counter()

        async def stamped(message: Message) -> None:
            nonlocal status
            if message["type"] in _STARTS or message["type"] == _ACCEPT:
                status = message.get("status", 101)
                await count_unadmitted(scope)
                message["headers"] = self._stamped(message, scope, identifier)
            await send(message)

        before = structlog.contextvars.bind_contextvars(request_id=identifier)
        try:
            await (self._traced(scope, receive, stamped) if self.traced else self.app(scope, receive, stamped))
        finally:
            structlog.contextvars.reset_contextvars(**before)
            self.watcher.request_ended(scope, status, time.perf_counter() - started)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        """In a span that is named by the route, not by the address, which holds ids."""
        method, parent = str(scope.get("method", "WEBSOCKET")), _header(scope, b"traceparent")
        with tracing.span(method, SpanKind.SERVER, parent, http__request__method=method) as begun:

            async def noted(message: Message) -> None:
                if message["type"] in _STARTS:
                    begun.set_attribute("http.response.status_code", message["status"])
                await send(message)

            await self.app(scope, receive, noted)
            route = getattr(scope.get("route"), "path", None)
            if route:
                begun.update_name(f"{method} {route}")
                begun.set_attribute("http.route", route)

    def _stamped(self, message: Message, scope: Scope, identifier: str) -> list[tuple[bytes, bytes]]:
        headers = [pair for pair in message.get("headers", ()) if pair[0].lower() != _REQUEST_ID]
        headers += self.headers
        headers += headers_of(scope, self.deprecated)
        headers.append((_REQUEST_ID, identifier.encode()))
        allowance: Allowance | None = scope["state"].get("allowance")
        if allowance is not None:
            headers += [(name.lower().encode(), value.encode()) for name, value in allowance.headers().items()]
        return headers


def _offered_id(scope: Scope) -> str | None:
    offered = _header(scope, _REQUEST_ID)
    return offered if offered and _ACCEPTABLE_ID.match(offered) else None


def _header(scope: Scope, wanted: bytes) -> str | None:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), None)
