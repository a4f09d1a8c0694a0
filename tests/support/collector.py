"""An OpenTelemetry collector on loopback that keeps the spans it was sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Seen:
    """One span; `facts` are its attributes as text."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    facts: dict[str, str]


@dataclass
class Collector:
    """Where it listens, and every span that came."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)

    def named(self, beginning: str) -> list[Seen]:
        """Spans whose name begins so."""
        return [span for span in self.spans if span.name.startswith(beginning)]


@contextmanager
def collecting() -> Iterator[Collector]:
    """Listen on a free port until the block ends."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["content-length"])))
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    collector.spans.extend(map(_seen, scope.spans))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def _seen(span: Any) -> Seen:
    facts = {item.key: str(item.value.ListFields()[0][1]) for item in span.attributes}
    return Seen(span.name, span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex(), facts)
