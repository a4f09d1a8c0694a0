"""msgraph-sdk on our own authorised client.

The SDK's requests go through `AuthorizedClient.request`, which owns the token, the time-outs, the one refresh after
a 401 and the errors. So the SDK never sees a token, never retries (it would repeat a POST) and raises only the
errors of `connectors.base.errors`. It is imported on first use: its models are many.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import httpx

from connectors.base.answers import object_in
from connectors.base.connector import AuthorizedClient
from connectors.teams.items import rows

if TYPE_CHECKING:
    from msgraph.graph_service_client import GraphServiceClient

_OURS = {"authorization", "host", "connection", "content-length", "accept-encoding", "user-agent"}
_MOST_PAGES = 200


@asynccontextmanager
async def graph(client: AuthorizedClient) -> AsyncIterator[GraphServiceClient]:
    """The SDK's client for a few calls."""
    from kiota_abstractions.authentication import AnonymousAuthenticationProvider
    from msgraph.graph_request_adapter import GraphRequestAdapter
    from msgraph.graph_service_client import GraphServiceClient

    async with httpx.AsyncClient(transport=_Through(client)) as http:
        adapter = GraphRequestAdapter(AnonymousAuthenticationProvider(), http)
        adapter.base_url = client.hosts["api"]
        yield GraphServiceClient(request_adapter=adapter)


async def pages(client: AuthorizedClient, path: str, query: Mapping[str, str]) -> AsyncIterator[Mapping[str, Any]]:
    """Every row of a list, over its pages. Raises the connector's errors."""
    first = await client.request("GET", path, params=dict(query))
    async for answer in _following(client, first):
        for row in rows(answer.get("value")):
            yield row


async def delta(client: AuthorizedClient, address: str) -> tuple[list[Mapping[str, Any]], str]:
    """The rows of a list that tells its changes, and the link that gives what will be added. Raises as `pages`.

    `address` is the list's path, or the link of the last time. Rows that were removed are left out.
    """
    found: list[Mapping[str, Any]] = []
    link = ""
    async for answer in _following(client, await client.request("GET", address)):
        found += [row for row in rows(answer.get("value")) if "@removed" not in row]
        link = _link(answer, "delta")
    return found, link


async def _following(client: AuthorizedClient, answer: httpx.Response) -> AsyncIterator[Mapping[str, Any]]:
    """The bodies of an answer and of those it leads to."""
    for _ in range(_MOST_PAGES):
        page = body(answer)
        yield page
        following = _link(page, "next")
        if not following:
            return
        answer = await client.request("GET", following)


def _link(page: Mapping[str, Any], kind: str) -> str:
    link = page.get(f"@odata.{kind}Link")
    return link if isinstance(link, str) else ""


def body(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of an answer; raises as `connectors.base.answers.object_in` does."""
    return object_in(answer, "Microsoft")


class _Through(httpx.AsyncBaseTransport):
    """Carries the SDK's requests over the authorised client."""

    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _OURS}
        content = await request.aread()
        answer = await self._client.request(request.method, str(request.url), headers=headers, content=content or None)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content, request=request)
