"""Clients that speak broken HTTP, half of it, too much of it, too slowly, or from thousands of sockets."""

import asyncio
import json
import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from hub.transport import HEAD_WITHIN_S, MOST_HEAD_BYTES
from tests.support.own_hub import Served, served

MOST = int(os.environ.get("HUB_TEST_SOCKETS", "2000"))
SPARE = 400


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("hub"), HUB_MAX_CONNECTIONS=str(MOST + 50)) as running:
        yield running


def authorised(hub: Served) -> bytes:
    return f"Host: hub\r\nAuthorization: Bearer {hub.key}\r\n".encode()


def exchange(port: int, sent: bytes, *, half_close: bool = False, within_s: float = 30.0) -> tuple[int, bytes]:
    """The first answer to these very bytes."""
    with socket.create_connection(("127.0.0.1", port), timeout=within_s) as wire:
        wire.sendall(sent)
        if half_close:
            wire.shutdown(socket.SHUT_WR)
        answer = b""
        while b"\r\n\r\n" not in answer and (data := wire.recv(65536)):
            answer += data
        head, _, body = answer.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        while length and len(body) < int(length) and (data := wire.recv(65536)):
            body += data
    return (int(head.split()[1]) if head else 0), body


def code(body: bytes) -> str:
    error = json.loads(body)["error"]
    assert error["request_id"].startswith("req_"), error
    return str(error["code"])


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02\xff\xfe\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /v1/result/\x00 HTTP/1.1\r\nHost: hub\r\n\r\n",
        b"GET /v1/result/x HTTP/1.1\r\nHost: hub\r\nX: a\x00b\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: hub\r\nContent-Length: -1\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: hub\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST /v1/sessions HTTP/1.1\r\nHost: hub\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
        b"POST /v1/sessions HTTP/1.1\r\nHost: hub\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    ],
    ids=["noise", "version", "nul path", "nul header", "minus", "huge", "two lengths", "bad chunk", "tls"],
)
def test_what_is_no_http_is_refused_in_words(hub: Served, sent: bytes) -> None:
    status, body = exchange(hub.port, sent)

    assert 400 <= status < 500, (status, body)
    assert code(body)
    assert hub.is_well()


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b'{"label": "a', {400, 422}),
        (b"\xff\xfe\x00{", {400, 422}),
        (b"[" * 100_000, {400, 422}),
        (b'{"label":' * 50_000, {400, 422}),
        (b'{"baseline_window_s": 1' + b"0" * 5000 + b"}", {400, 422}),
        (b'{"baseline_window_s": 1e99999}', {422}),
        (b'{"label": "\\u0000"}', {422}),
        (b'{"label": "\\ud800"}', {422}),
        (b'{"alert_thresholds": {"arousal_high": NaN}}', {400, 422}),
        (b"x" * (1024 * 1024 + 1), {413}),
    ],
    ids=["half", "utf-16", "deep list", "deep object", "integer", "infinite", "nul", "surrogate", "nan", "large"],
)
def test_bodies_that_are_no_request_are_refused_in_words(hub: Served, sent: bytes, expected: set[int]) -> None:
    head = b"POST /v1/sessions HTTP/1.1\r\n" + authorised(hub)
    length = f"Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n".encode()

    status, body = exchange(hub.port, head + length + sent)

    assert status in expected, (status, body)
    assert code(body)


def test_a_body_that_breaks_off_leaves_nothing_behind(hub: Served) -> None:
    head = b"POST /v1/sessions HTTP/1.1\r\n" + authorised(hub) + b"Content-Type: application/json\r\n"

    status, _ = exchange(hub.port, head + b'Content-Length: 100\r\n\r\n{"label":', half_close=True)

    assert status == 0 or 400 <= status < 500
    assert hub.is_well()


def test_doubled_headers_do_not_let_anybody_in(hub: Served) -> None:
    doubled = b"GET /v1/sessions HTTP/1.1\r\nAuthorization: Bearer ed_live_sk_wrong\r\n" + authorised(hub) + b"\r\n"

    status, _ = exchange(hub.port, doubled)

    assert status in {400, 401}


def test_a_head_without_end_is_cut_off(hub: Served) -> None:
    endless = b"GET / HTTP/1.1\r\nHost: hub\r\n" + b"X-Padding: " + b"x" * (MOST_HEAD_BYTES + 1024)

    status, body = exchange(hub.port, endless)

    assert (status, code(body)) == (431, "headers_too_large")


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: hub\r\nX: "])
def test_who_never_finishes_a_head_is_sent_away(hub: Served, sent: bytes) -> None:
    started = time.monotonic()

    status, body = exchange(hub.port, sent, within_s=HEAD_WITHIN_S + 30)

    assert (status, code(body)) == (408, "timeout")
    assert time.monotonic() - started >= HEAD_WITHIN_S - 1


def test_messages_that_are_too_long_end_their_own_connection_only(hub: Served) -> None:
    protocols: Any = ["echo-depth-v1", f"token.{hub.key}"]
    with connect(f"ws://127.0.0.1:{hub.port}/v1/stream/video", subprotocols=protocols, compression=None) as stream:
        stream.recv(timeout=60)
        with suppress(ConnectionClosed):  # it may be closed before everything was sent
            stream.send(b"x" * (9 * 1024 * 1024))
        with pytest.raises(ConnectionClosed) as closed:
            stream.recv(timeout=60)

    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    assert hub.is_well()


@pytest.mark.slow
def test_thousands_of_open_sockets_cost_little_memory_and_nobody_an_answer(hub: Served) -> None:
    """2,000, and with HUB_TEST_SOCKETS as many as wanted: each costs this process a file too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < MOST + SPARE:
        pytest.skip(f"needs {MOST + SPARE} open files, and {hard} are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, MOST + SPARE), hard))
    hub.is_well()
    before = hub.memory_mb()

    grown, answered, refused = asyncio.run(_crowd(hub, before))

    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert answered == 200
    assert refused == 503
    assert grown < 20 * MOST / 1000, f"{grown:.0f} MB for {MOST} sockets"


async def _crowd(hub: Served, before: float) -> tuple[float, int, int]:
    """Memory that the sockets cost, an answer among them, and what one is told who is too many."""
    opened: list[asyncio.StreamWriter] = []
    for _ in range(MOST):
        opened.append((await asyncio.open_connection("127.0.0.1", hub.port))[1])
        opened[-1].write(b"GET / HTTP/1.1\r\nX: ")
    ready = b"GET /readyz HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n"
    answered, _ = await asyncio.to_thread(exchange, hub.port, ready)
    grown = hub.memory_mb() - before
    for _ in range(60):
        opened.append((await asyncio.open_connection("127.0.0.1", hub.port))[1])
    refused, _ = await asyncio.to_thread(exchange, hub.port, ready)
    for writer in opened:
        writer.close()
    return grown, answered, refused
