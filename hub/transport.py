"""Connections of the web server, bounded before a request exists: how many, how long a head may take and be."""

import asyncio
import json
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from hub.kit.ids import new_id

MOST_HEAD_BYTES: Final = 64 * 1024
HEAD_WITHIN_S: Final = 15.0
_CODES: Final = {400: "validation_error", 408: "timeout", 431: "headers_too_large", 503: "unavailable"}


class BoundedProtocol(HttpToolsProtocol):
    """Refuses in words: 503 over the number of connections, 408 for a slow head, 431 for a long one, 400 for no HTTP.

    The number is uvicorn's `limit_concurrency`; here it counts before anything is read. An idle connection between two
    requests ends by uvicorn's own time-out.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._most_connections = self.limit_concurrency
        self.limit_concurrency = None
        self._head_bytes: int | None = 0
        self._slow: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A client has come."""
        super().connection_made(transport)
        if self._most_connections is not None and len(self.connections) > self._most_connections:
            self._refuse(503, "Too many connections are open. Come back in a moment.")
            return
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It has gone."""
        self._end_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Part of a request, or several."""
        if self.transport.is_closing():
            return
        if self._head_bytes is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes is not None and self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(431, f"The headers are over {MOST_HEAD_BYTES} bytes.")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        if self._slow is None:
            self._begin_head()

    def on_headers_complete(self) -> None:
        """The head is there; from now on the application watches the body."""
        self._end_head()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self._refuse(400, msg)

    def _begin_head(self) -> None:
        self._head_bytes = 0
        self._slow = self.loop.call_later(HEAD_WITHIN_S, self._refuse, 408, "The request came too slowly.")

    def _end_head(self) -> None:
        self._head_bytes = None
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def _refuse(self, status: int, message: str) -> None:
        self._end_head()
        identifier = new_id("req")
        body = json.dumps({"error": {"code": _CODES[status], "message": message, "request_id": identifier}}).encode()
        head = [
            STATUS_LINE[status],
            b"content-type: application/json\r\nconnection: close\r\n",
            b"retry-after: 5\r\n" if status == 503 else b"",
            f"x-request-id: {identifier}\r\ncontent-length: {len(body)}\r\n\r\n".encode(),
        ]
        self.transport.write(b"".join(head) + body)
        self.transport.close()
