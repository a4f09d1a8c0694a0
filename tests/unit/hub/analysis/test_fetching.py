"""Inputs at addresses: redirects are followed a few times, each as a request of its own through the guard.

What comes too slowly is given up.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.base.addresses import Address
from hub.analysis import fetching
from hub.analysis.fetching import fetch
from hub.analysis.runner import AnalysisFailed
from hub.kit import ssrf

pytestmark = pytest.mark.anyio


class Moved(BaseHTTPRequestHandler):
    """`/3` leads to `/2`, and so on to the file at `/0`; `/to?ADDRESS` leads to that address.

    `/slow?N` gives 2,000 bytes N times, a tenth of a second apart.
    """

    def do_GET(self) -> None:
        if self.path == "/0":
            self._answer(200, b"the file", [])
        elif self.path.startswith("/slow?"):
            self._dawdle(int(self.path.removeprefix("/slow?")))
        elif self.path.startswith("/to?"):
            self._answer(302, b"elsewhere", [("Location", self.path.removeprefix("/to?"))])
        else:
            self._answer(302, b"elsewhere", [("Location", f"/{int(self.path[1:]) - 1}"), ("Set-Cookie", "who=me")])

    def _answer(self, status: int, body: bytes, headers: list[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _dawdle(self, times: int) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):  # nobody waits for it any more
            for _ in range(times):
                self.wfile.write(b"x" * 2000)
                time.sleep(0.1)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def base() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Moved)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PAUSE_S", 0.0)


async def test_a_link_that_leads_to_the_file_is_followed(base: str, tmp_path: Path) -> None:
    await fetch(f"{base}/3", tmp_path / "file", limit_bytes=100, allow_private=True)

    assert (tmp_path / "file").read_bytes() == b"the file"


async def test_a_link_that_leads_on_and_on_is_given_up_in_words(base: str, tmp_path: Path) -> None:
    with pytest.raises(AnalysisFailed, match="more than 3 times") as raised:
        await fetch(f"{base}/4", tmp_path / "file", limit_bytes=100, allow_private=True)

    assert raised.value.code == "url_unreachable"


async def test_a_file_that_comes_too_slowly_is_given_up_in_words(
    monkeypatch: pytest.MonkeyPatch, base: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(fetching, "_ALLOWANCE_S", 0.5)

    with pytest.raises(AnalysisFailed, match="Send the file itself") as raised:
        await fetch(f"{base}/slow?40", tmp_path / "file", limit_bytes=1_000_000, allow_private=True)

    assert raised.value.code == "url_too_slow"


async def test_a_long_file_that_comes_fast_enough_is_taken_whole(
    monkeypatch: pytest.MonkeyPatch, base: str, tmp_path: Path
) -> None:
    monkeypatch.setattr(fetching, "_ALLOWANCE_S", 1.0)
    monkeypatch.setattr(fetching, "_SLOWEST", 200)
    monkeypatch.setattr(fetching, "_WRITE_BYTES", 1000)

    await fetch(f"{base}/slow?15", tmp_path / "file", limit_bytes=1_000_000, allow_private=True)

    assert (tmp_path / "file").stat().st_size == 30_000


@pytest.mark.parametrize(
    "target", ["ftp://example.com/a", "https://...", "http://user:secret@127.0.0.1/", "https://a:0"]
)
async def test_where_a_link_leads_is_checked_like_the_link(base: str, tmp_path: Path, target: str) -> None:
    with pytest.raises(AnalysisFailed) as raised:
        await fetch(f"{base}/to?{target}", tmp_path / "file", limit_bytes=100, allow_private=True)

    assert raised.value.code == "url_forbidden"


@pytest.mark.parametrize("target", ["https://[::1", "https://xn--a/"])
async def test_a_link_that_leads_to_no_address_is_told_in_words(base: str, tmp_path: Path, target: str) -> None:
    with pytest.raises(AnalysisFailed) as raised:
        await fetch(f"{base}/to?{target}", tmp_path / "file", limit_bytes=100, allow_private=True)

    assert raised.value.code == "url_unreachable"


@pytest.mark.parametrize(
    ("target", "allow_private"),
    [("https://127.0.0.1/inside", False), ("https://inside.example/", False), ("http://93.184.216.34/plain", True)],
)
async def test_a_link_leads_neither_inside_nor_from_https_to_http(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, target: str, allow_private: bool
) -> None:
    seen: list[str] = []

    async def redirect(_self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return httpx.Response(302, headers={"Location": target})

    async def look_up(host: str, port: int) -> list[Address]:
        return [ip_address("10.0.0.5" if host.startswith("inside") else "93.184.216.34")]

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", redirect)
    monkeypatch.setattr(ssrf, "_look_up", look_up)

    with pytest.raises(AnalysisFailed) as raised:
        await fetch("https://share.example/f", tmp_path / "file", limit_bytes=100, allow_private=allow_private)

    assert raised.value.code == "url_forbidden"
    assert seen == ["https://93.184.216.34/f"]
