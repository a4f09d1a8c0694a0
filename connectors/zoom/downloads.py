"""Downloads of recording files: resumed by Range, opened with the webhook's token or the account's own."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from connectors.base.connector import AuthorizedClient
from connectors.base.downloads import Download, range_headers
from connectors.base.errors import RequestRejected

_TOKEN_REFUSED = {401, 403}


@asynccontextmanager
async def open_download(
    client: AuthorizedClient, url: str, download_token: str | None, offset: int
) -> AsyncIterator[Download]:
    """The bytes of `url` from `offset` on.

    A download token lives for about a day and webhooks can arrive later than that; then the account's token opens it.
    """
    async with AsyncExitStack() as stack:
        answer = await _answer(stack, client, url, range_headers(offset), download_token)
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
