"""The things in which waiting differs between the clients. Written by hand for each of them."""

import asyncio
from asyncio import Lock
from collections.abc import Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection as Connection
from websockets.asyncio.client import connect

__all__ = ["Connection", "Lock", "connect_socket", "receive", "sleep"]


async def sleep(seconds: float) -> None:
    """Wait."""
    await asyncio.sleep(seconds)


async def connect_socket(url: str, headers: Mapping[str, str], subprotocol: Any, within_s: float) -> Connection:
    """Open a WebSocket."""
    return await connect(url, additional_headers=headers, subprotocols=[subprotocol], open_timeout=within_s)


async def receive(connection: Connection, within_s: float | None) -> str | bytes:
    """The next message. Raises `TimeoutError`."""
    return await asyncio.wait_for(connection.recv(), within_s)
