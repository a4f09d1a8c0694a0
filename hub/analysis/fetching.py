"""Inputs at addresses that callers gave us: fetched through the guard, bounded, and straight to the disk.

Links that people share often lead to the file by a redirect or two, so that a few are followed: each as a request of
its own through the guard, and none from https to http.

Whoever serves the file decides how fast it comes, and others wait meanwhile: what comes too slowly is given up.
"""

import asyncio
from contextlib import aclosing
from pathlib import Path
from typing import Final

import httpx

from hub.analysis.runner import AnalysisFailed
from hub.analysis.uploads import FileSink
from hub.errors import PayloadTooLarge
from hub.kit.ssrf import ForbiddenTarget, guarded_client

_TRIES: Final = 3
_REDIRECTS: Final = 3
_PAUSE_S: Final = 1.0
_TIMEOUT: Final = httpx.Timeout(30.0, connect=10.0)
_HEADERS: Final = {"Accept-Encoding": "identity"}
_WRITE_BYTES: Final = 1024 * 1024
_CODE: Final = "url_unreachable"
_ALLOWANCE_S: Final = 60.0
"""For all that is not the file: names, redirects, a server that has to make it first, pauses and further tries."""
_SLOWEST: Final = 256_000
"""Bytes a second that must come on average, beyond the allowance: the upload of a slow office line (2 Mbit/s). At less,
a recording would keep its place in the queue for longer than its analysis does."""
_TOO_SLOW: Final = (
    f"The address gives its file too slowly: at less than {_SLOWEST // 1000} kB/s. "
    "Send the file itself, or an address that gives it faster."
)


async def fetch(url: str, target: Path, *, limit_bytes: int, allow_private: bool) -> None:
    """Store what the address gives in `target`. Raises `AnalysisFailed`, with words for whoever gave the address."""
    try:
        async with asyncio.timeout(_ALLOWANCE_S) as deadline:
            await _fetch(url, target, limit_bytes, allow_private, deadline)
    except TimeoutError as error:
        raise AnalysisFailed("url_too_slow", _TOO_SLOW) from error


async def _fetch(url: str, target: Path, limit_bytes: int, allow_private: bool, deadline: asyncio.Timeout) -> None:
    for attempt in range(1, _TRIES + 1):
        try:
            await _fetch_once(url, target, limit_bytes, allow_private, deadline)
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


async def _fetch_once(url: str, target: Path, limit_bytes: int, allow_private: bool, deadline: asyncio.Timeout) -> None:
    sink = FileSink(target, limit_bytes, again=True)
    try:
        async with (
            guarded_client(allow_private=allow_private, timeout=_TIMEOUT) as client,
            aclosing(await _answer(client, client.build_request("GET", url, headers=_HEADERS))) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise AnalysisFailed(_CODE, f"The address answered {response.status_code}.")
            async for chunk in response.aiter_raw(_WRITE_BYTES):
                _put_off(deadline, len(chunk) / _SLOWEST)
                await asyncio.to_thread(sink.write, chunk)
    finally:
        sink.close()


def _put_off(deadline: asyncio.Timeout, seconds: float) -> None:
    """What has come earns the time that it may take at the slowest."""
    deadline.reschedule((deadline.when() or 0.0) + seconds)


async def _answer(client: httpx.AsyncClient, request: httpx.Request, redirects: int = _REDIRECTS) -> httpx.Response:
    """What stands at the end of the redirects. Those in between are not read: their bodies may be of any size."""
    response = await client.send(request, stream=True)
    following = response.next_request
    if following is None:
        return response
    await response.aclose()
    if redirects == 0:
        raise AnalysisFailed(_CODE, f"The address redirects more than {_REDIRECTS} times.")
    if request.url.scheme == "https" and following.url.scheme != "https":
        raise ForbiddenTarget("it leads away from https")
    return await _answer(client, following, redirects - 1)
