"""A proxy in front of a hub that writes down what passes, and loses or refuses some of it on order."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Exchange:
    """One request and its answer. `status` is 0 where none was given."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: bytes

    def json(self) -> Any:
        """The answer."""
        return json.loads(self.answer)


@dataclass(frozen=True)
class Fault:
    """What is done to the next request whose path holds `path`.

    Without a status the connection breaks: before the hub hears of it, or afterwards where `heard`.
    """

    path: str = ""
    heard: bool = False
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Proxy:
    """Where it listens, what passed, and what is going to happen."""

    url: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    tunnels: list[socket.socket] = field(default_factory=list)

    def cut(self) -> None:
        """Break every WebSocket connection."""
        while self.tunnels:
            with suppress(OSError):
                self.tunnels.pop().shutdown(socket.SHUT_RDWR)

    def of(self, path: str) -> list[Exchange]:
        """What went to this path."""
        return [exchange for exchange in self.exchanges if exchange.path.partition("?")[0] == path]

    def fault_for(self, path: str) -> Fault | None:
        """The next fault that is meant for this path; it happens once."""
        found = next((fault for fault in self.faults if fault.path in path), None)
        if found is not None:
            self.faults.remove(found)
        return found


@contextmanager
def proxying(target: str) -> Iterator[Proxy]:
    """Stand in front of `target` until the block ends."""
    proxy = Proxy()
    handler = type("Between", (_Handler,), {"proxy": proxy, "target": urlsplit(target).netloc})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.cut()
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    proxy: Proxy
    target: str

    def pass_on(self) -> None:
        if self.headers.get("upgrade", "").lower() == "websocket":
            self._tunnel()
            return
        body, fault = self._body(), self.proxy.fault_for(self.path)
        if fault is None:
            self._answer(*self._forward(body), body)
        elif fault.status:
            refusal = b'{"error": {"code": "ordered", "message": "ordered"}}'
            self._answer(fault.status, fault.headers, refusal, body)
        else:
            answered = self._forward(body)[0] if fault.heard else 0
            self._note(answered, b"", body)
            self._break()

    do_GET = do_POST = do_DELETE = do_PATCH = pass_on

    def _forward(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection(self.target, timeout=120)
        dropped = {"transfer-encoding", "content-length", "connection"}
        headers = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
        try:
            connection.request(self.command, self.path, body if body or self.command == "POST" else None, headers)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        return response.status, dict(response.getheaders()), answer

    def _answer(self, status: int, headers: dict[str, str], answer: bytes, body: bytes) -> None:
        self._note(status, answer, body)
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in {"transfer-encoding", "content-length", "connection"}:
                self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _note(self, status: int, answer: bytes, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.proxy.exchanges.append(Exchange(self.command, self.path, headers, body, status, answer))

    def _body(self) -> bytes:
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        chunks = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _tunnel(self) -> None:
        fault = self.proxy.fault_for(self.path)
        if fault is not None:
            self._break()
            return
        host, _, port = self.target.partition(":")
        with socket.create_connection((host, int(port)), timeout=120) as behind:
            head = f"{self.requestline}\r\n{self.headers}"
            behind.sendall(head.replace("\r\n", "\n").replace("\n", "\r\n").encode("latin-1"))
            self.proxy.tunnels.append(self.connection)
            back = threading.Thread(target=_pump, args=(behind, self.connection), daemon=True)
            back.start()
            _pump(self.connection, behind)
            back.join(timeout=5)
        self.close_connection = True

    def _break(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        return


def _pump(source: socket.socket, sink: socket.socket) -> None:
    """Bytes from one to the other until one of them is gone; then neither has anything more to say."""
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
