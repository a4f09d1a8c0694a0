"""Downloads of recording files: resumed by Range, opened with the webhook's token or the account's own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import RequestRejected

_TOKEN_REFUSED = {401, 403}


class Download:
    """An open file; implements `connectors.base.connector.ByteStream`."""

    def __init__(self, answer: httpx.Response) -> None:
        self.offset, self.total = _range(answer)
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_bytes():
            yield chunk


@asynccontextmanager
async def open_download(
    client: AuthorizedClient, url: str, download_token: str | None, offset: int
) -> AsyncIterator[Download]:
    """The bytes of `url` from `offset` on.

    A download token lives for about a day and webhooks can arrive later than that; then the account's token opens it.
    """
    # an encoded body would make byte ranges count something else
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
    async with AsyncExitStack() as stack:
        answer = await _answer(stack, client, url, headers, download_token)
        if answer.headers.get("content-type", "").startswith("text/html"):
            raise RequestRejected("Zoom sent a web page in place of the recording: is it protected or gone?")
        yield Download(answer)


async def _answer(
    stack: AsyncExitStack, client: AuthorizedClient, url: str, headers: Mapping[str, str], download_token: str | None
) -> httpx.Response:
    if download_token:
        try:
            return await stack.enter_async_context(client.stream(url, headers=headers, token=download_token))
        except RequestRejected as error:
            if error.status not in _TOKEN_REFUSED:
                raise
    return await stack.enter_async_context(client.stream(url, headers=headers))


def _range(answer: httpx.Response) -> tuple[int, int | None]:
    """Where the body starts and how long the whole file is: 0 for a server that ignored our Range."""
    if answer.status_code != httpx.codes.PARTIAL_CONTENT:
        length = answer.headers.get("content-length", "")
        return 0, int(length) if length.isdigit() else None
    unit, _, numbers = answer.headers.get("content-range", "").partition(" ")
    span, _, total = numbers.partition("/")
    start = span.partition("-")[0]
    if unit != "bytes" or not start.isdigit():
        raise RequestRejected("Zoom answered with a part of the file but not which", status=answer.status_code)
    return int(start), int(total) if total.isdigit() else None
