"""An open download: where it really starts, how long the whole is, and its bytes."""

from collections.abc import AsyncIterator

import httpx

from connectors.base.errors import RequestRejected


class Download:
    """Implements `connectors.base.connector.ByteStream` over a streamed answer.

    Raises `RequestRejected` for a partial answer that does not say which part it is.
    """

    def __init__(self, answer: httpx.Response) -> None:
        self.offset, self.total = _range(answer)
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_bytes():
            yield chunk


def range_headers(offset: int) -> dict[str, str]:
    """What to ask with, so that byte ranges count the file's own bytes."""
    return {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})


def _range(answer: httpx.Response) -> tuple[int, int | None]:
    """Where the body starts and how long the whole file is: 0 for a server that ignored our Range."""
    if answer.status_code != httpx.codes.PARTIAL_CONTENT:
        length = answer.headers.get("content-length", "")
        return 0, int(length) if length.isdigit() else None
    unit, _, numbers = answer.headers.get("content-range", "").partition(" ")
    span, _, total = numbers.partition("/")
    start = span.partition("-")[0]
    if unit != "bytes" or not start.isdigit():
        raise RequestRejected("a part of the file came, but not which one", status=answer.status_code)
    return int(start), int(total) if total.isdigit() else None
