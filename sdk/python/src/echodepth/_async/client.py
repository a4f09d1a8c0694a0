"""`AsyncEchoDepth`: the API, by what it is about."""

from types import TracebackType
from typing import Self

import httpx

from echodepth._async.analyse import AsyncAnalyse
from echodepth._async.deliveries import AsyncDeliveries, AsyncMessages
from echodepth._async.frames import AsyncFrames
from echodepth._async.meetings import AsyncMeetings
from echodepth._async.results import AsyncResults
from echodepth._async.sessions import AsyncSessions
from echodepth._async.speech import AsyncEmotion, AsyncSpeech
from echodepth._async.transport import AsyncTransport
from echodepth._async.webhook_endpoints import AsyncWebhookEndpoints
from echodepth.config import configured
from echodepth.retries import RetryPolicy

TIMEOUT_S = 60.0
CONNECT_S = 10.0


class AsyncEchoDepth:
    """A client of one hub, for asyncio. `EchoDepth` is the same without it.

    The key and the address come from ECHODEPTH_API_KEY and ECHODEPTH_BASE_URL where they are not given. `timeout` is
    seconds without any byte, not of the whole call. `http_client` replaces the HTTP client, with its own time-outs,
    proxies and certificates.
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float = TIMEOUT_S,
        retries: RetryPolicy | None = None,
        http_client: httpx.AsyncClient | None = None,
    ) -> None:
        http = http_client or httpx.AsyncClient(timeout=httpx.Timeout(timeout, connect=CONNECT_S))
        transport = AsyncTransport(configured(api_key, base_url), retries or RetryPolicy(), http)
        self._transport = transport
        self.results = AsyncResults(transport)
        self.analyse = AsyncAnalyse(transport, self.results)
        self.sessions = AsyncSessions(transport)
        self.frames = AsyncFrames(transport)
        self.speech = AsyncSpeech(transport)
        self.emotion = AsyncEmotion(transport)
        self.meetings = AsyncMeetings(transport)
        self.deliveries = AsyncDeliveries(transport)
        self.messages = AsyncMessages(transport)
        self.webhook_endpoints = AsyncWebhookEndpoints(transport)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
