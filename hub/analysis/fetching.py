"""Inputs at addresses that callers gave us: fetched through the guard, bounded, and straight to the disk."""

import asyncio
from pathlib import Path
from typing import Final

import httpx

from hub.analysis.runner import AnalysisFailed
from hub.analysis.uploads import FileSink
from hub.errors import PayloadTooLarge
from hub.kit.ssrf import ForbiddenTarget, guarded_client

_TRIES: Final = 3
_PAUSE_S: Final = 1.0
_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
_WRITE_BYTES: Final = 1024 * 1024
_CODE: Final = "url_unreachable"


async def fetch(url: str, target: Path, *, limit_bytes: int, allow_private: bool) -> None:
    """Store what the address gives in `target`. Raises `AnalysisFailed`, with words for whoever gave the address."""
    for attempt in range(1, _TRIES + 1):
        try:
            await _fetch_once(url, target, limit_bytes, allow_private)
        except ForbiddenTarget as error:
            raise AnalysisFailed("url_forbidden", f"This address may not be fetched: {error}.") from error
        except PayloadTooLarge as error:
            raise AnalysisFailed("payload_too_large", error.message) from error
        except (httpx.TransportError, httpx.StreamError) as error:
            if attempt == _TRIES:
                raise AnalysisFailed(_CODE, "The address could not be reached.") from error
            await asyncio.sleep(_PAUSE_S * attempt)
        else:
            return


async def _fetch_once(url: str, target: Path, limit_bytes: int, allow_private: bool) -> None:
    sink = FileSink(target, limit_bytes, again=True)
    try:
        async with (
            guarded_client(allow_private=allow_private, timeout=_TIMEOUT) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise AnalysisFailed(_CODE, f"The address answered {response.status_code}.")
            async for chunk in response.aiter_raw(_WRITE_BYTES):
                await asyncio.to_thread(sink.write, chunk)
    finally:
        sink.close()
