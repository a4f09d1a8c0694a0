"""The things in which waiting differs between the clients. Written by hand for each of them."""

import time
from collections.abc import Mapping
from threading import Lock
from typing import Any

from websockets.sync.client import ClientConnection as Connection
from websockets.sync.client import connect

__all__ = ["Connection", "Lock", "connect_socket", "receive", "sleep"]


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def connect_socket(url: str, headers: Mapping[str, str], subprotocol: Any, within_s: float) -> Connection:
    """Open a WebSocket. Entering is what some versions take for opening it, and changes nothing in the others."""
    return connect(url, additional_headers=headers, subprotocols=[subprotocol], open_timeout=within_s).__enter__()


def receive(connection: Connection, within_s: float | None) -> str | bytes:
    """The next message. Raises `TimeoutError`."""
    return connection.recv(timeout=within_s)
