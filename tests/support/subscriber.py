"""A webhook subscriber on loopback that keeps what it was sent."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request."""

    id: str
    event: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Subscriber:
    """Where it listens, and everything that came. `answers` are statuses given before it starts to accept."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def ids(self, event: str) -> Counter[str]:
        """How often each message of this event came."""
        return Counter(item.id for item in self.received if item.event == event)

    def body(self, event: str) -> dict[str, Any]:
        """The first body of this event."""
        found: dict[str, Any] = json.loads(next(item.body for item in self.received if item.event == event))
        return found


@contextmanager
def subscribing() -> Iterator[Subscriber]:
    """Listen on a free port until the block ends."""
    subscriber = Subscriber()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = subscriber.answers.pop(0) if subscriber.answers else 200
            if status < 300:
                event = json.loads(body)["event"]
                subscriber.received.append(Received(headers["webhook-id"], event, headers, body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    subscriber.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield subscriber
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
