"""slack-sdk's async client with our errors, a fresh token when rotation asks for one, and no retries of its own.

Its own retry on a lost connection would repeat `chat.postMessage` blindly, and so post twice.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from connectors.base.connector import AuthorizedClient
from connectors.base.errors import AuthorizationLost, ConnectorError, ProviderUnavailable
from connectors.slack.errors import TOKEN_EXPIRED, classify
from connectors.slack.pacing import turn

_TIMEOUT_S = 30
_NETWORK_ERRORS = (aiohttp.ClientError, asyncio.TimeoutError, OSError, json.JSONDecodeError)

Answer = Mapping[str, Any]


class SlackApi:
    """Calls of one workspace. Every method raises the errors of `connectors.base.errors`."""

    def __init__(self, client: AuthorizedClient) -> None:
        self._client = client

    async def call(self, method: str, **arguments: Any) -> Answer:
        """One call by its Slack name (`chat.postMessage`); an expired token is renewed once."""
        try:
            return await self._send(await self._client.access_token(), method, arguments)
        except AuthorizationLost as lost:
            if lost.code != TOKEN_EXPIRED:
                raise
        return await self._send(await self._client.access_token(force_refresh=True), method, arguments)

    def turn(self, channel: str) -> AbstractAsyncContextManager[None]:
        """Post in this channel inside: Slack takes about one message a second in each. Raises `RateLimited`."""
        return turn(self._client, channel)

    async def upload(self, content: bytes, name: str, title: str, words: str) -> str:
        """Upload a picture that only messages of ours will show; gives its id. `words` is what it shows."""
        answer = await self.call("files_upload_v2", content=content, filename=name, title=title, alt_txt=words)
        return str(answer["files"][0]["id"])

    async def pages(self, method: str, arguments: Mapping[str, Any], *, at_most: int) -> AsyncIterator[Answer]:
        """The first pages of a listing method."""
        cursor = ""
        for _ in range(at_most):
            more = {"cursor": cursor} if cursor else {}
            answer = await self.call(method, **arguments, **more)
            yield answer
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def _send(self, token: str, method: str, arguments: Mapping[str, Any]) -> Answer:
        web = AsyncWebClient(
            token=token, base_url=f"{self._client.hosts['api']}/", timeout=_TIMEOUT_S, retry_handlers=[]
        )
        if web.base_url.startswith("http://"):  # only loopback may be plain, and no proxy leads there
            web.proxy = None
        send = getattr(web, method.replace(".", "_"))
        try:
            answer = await send(**arguments)
        except SlackApiError as error:
            raise _translated(error) from error
        except (SlackClientError, *_NETWORK_ERRORS) as error:
            raise ProviderUnavailable(f"Slack did not answer ({type(error).__name__})") from error
        except (AttributeError, TypeError, RecursionError) as error:  # what the SDK says of JSON that is no object
            raise ProviderUnavailable("Slack sent JSON of another shape") from error
        data: Answer = answer.data
        return data


def _translated(error: SlackApiError) -> ConnectorError:
    response = error.response
    # an AsyncSlackResponse, or aiohttp's own answer when the body was not JSON
    status: int = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    data = getattr(response, "data", None)
    return classify(status, dict(response.headers), data if isinstance(data, dict) else {})
