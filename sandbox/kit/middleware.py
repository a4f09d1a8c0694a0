"""Between the wire and the simulators: writes the request log and lets ordered faults happen."""

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import unquote

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.kit.fault import Fault
from sandbox.kit.request_log import RequestLog, readable_body, readable_headers
from sandbox.kit.simulator import Simulator
from sandbox.kit.world import World

KEPT_BODY = 64 * 1024
PROMISE: Message = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000000")]}
"""Begins an answer that never comes, since a server can only drop a connection after it began to answer."""


class ConnectionCut(Exception):
    """The answer ends here."""


class FaultMiddleware:
    """Plain ASGI, so that answers can be cut in the middle."""

    def __init__(self, app: ASGIApp, world: World, simulators: Sequence[Simulator], log: RequestLog) -> None:
        self._app = app
        self._world = world
        self._simulators = simulators
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        simulator = self._simulator(scope)
        if simulator is None:
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        try:
            await self._answer(simulator, exchange)
        except ConnectionCut:
            exchange.status = exchange.status or 0
        finally:
            self._log.add(exchange.entry(simulator.name))

    def _simulator(self, scope: Scope) -> Simulator | None:
        if scope["type"] != "http":
            return None
        path = scope["path"]
        owners = (s for s in self._simulators if any(path == p or path.startswith(p + "/") for p in s.prefixes))
        return next(owners, None)

    async def _answer(self, simulator: Simulator, exchange: "Exchange") -> None:
        fault = self._world.faults.for_request(simulator.name, exchange.scope["method"], unquote(exchange.path))
        if fault is None:
            await self._app(exchange.scope, exchange.receive, exchange.send)
            return
        exchange.fault = fault.kind
        await self._misbehave(simulator, exchange, fault)

    async def _misbehave(self, simulator: Simulator, exchange: "Exchange", fault: Fault) -> None:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault.kind == "revoke_family":
            simulator.revoke_all()
        elif fault.kind == "cut":
            exchange.remaining = fault.after_bytes
        elif fault.kind == "500_after":
            await self._app(exchange.scope, exchange.receive, exchange.discard)
        if fault.kind in ("slow", "revoke_family", "cut"):
            await self._app(exchange.scope, exchange.receive, exchange.send)
        else:
            await _answer_of(simulator, fault)(exchange.scope, exchange.receive, exchange.send)


def _answer_of(simulator: Simulator, fault: Fault) -> Response:
    """The provider's own words. Its outages that say how long they last are its others, with that said."""
    response = simulator.fault_response(fault.kind, fault.model_dump())
    if fault.kind == "503_retry_after":
        response.status_code = 503
        response.headers["Retry-After"] = str(max(1, round(fault.seconds)))
    return response


class Exchange:
    """One request and its answer as they pass by. `remaining` is how many bytes may still go out."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.path: str = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        self.status = 0
        self.fault: str | None = None
        self.remaining: int | None = None
        self._receive = receive
        self._send = send
        self._body = b""
        self._began = time.perf_counter()

    async def receive(self) -> Message:
        """The next piece of the request."""
        message = await self._receive()
        if message["type"] == "http.request" and len(self._body) < KEPT_BODY:
            self._body += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        """The next piece of the answer. Raises `ConnectionCut` where it ends too early."""
        first = message["type"] == "http.response.start"
        if first:
            self.status = message["status"]
        if self.remaining == 0:
            await self._cut(first)
        if self.remaining is None or first:
            await self._send(message)
        else:
            await self._send_some(message, self.remaining)

    async def discard(self, message: Message) -> None:
        """Swallow the answer."""

    async def _cut(self, first: bool) -> None:
        if first:
            await self._send(PROMISE)
        raise ConnectionCut

    async def _send_some(self, message: Message, allowed: int) -> None:
        """A piece of what may still go out; the last piece of an answer never goes out whole."""
        body, is_last = message.get("body", b""), not message.get("more_body", False)
        piece = body[: len(body) // 2] if is_last and len(body) <= allowed else body[:allowed]
        self.remaining = allowed - len(piece)
        await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        if is_last:
            raise ConnectionCut

    def entry(self, provider: str) -> dict[str, object]:
        """What the request log keeps."""
        headers = readable_headers(self.scope["headers"])
        return {
            "provider": provider,
            "method": self.scope["method"],
            "path": self.path,
            "query": self.scope["query_string"].decode("latin-1"),
            "headers": headers,
            "body": readable_body(self._body, headers.get("content-type", "")),
            "status": self.status,
            "fault": self.fault,
            "milliseconds": round((time.perf_counter() - self._began) * 1000, 1),
        }
