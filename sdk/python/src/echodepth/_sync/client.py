"""`EchoDepth`: the API, by what it is about."""

from types import TracebackType
from typing import Self

import httpx

from echodepth._sync.analyse import Analyse
from echodepth._sync.deliveries import Deliveries, Messages
from echodepth._sync.frames import Frames
from echodepth._sync.meetings import Meetings
from echodepth._sync.results import Results
from echodepth._sync.sessions import Sessions
from echodepth._sync.speech import Emotion, Speech
from echodepth._sync.transport import Transport
from echodepth._sync.webhook_endpoints import WebhookEndpoints
from echodepth.config import configured
from echodepth.retries import RetryPolicy

TIMEOUT_S = 60.0
CONNECT_S = 10.0


class EchoDepth:
    """A client of one hub. `AsyncEchoDepth` is the same for asyncio.

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
        http_client: httpx.Client | None = None,
    ) -> None:
        http = http_client or httpx.Client(timeout=httpx.Timeout(timeout, connect=CONNECT_S))
        transport = Transport(configured(api_key, base_url), retries or RetryPolicy(), http)
        self._transport = transport
        self.results = Results(transport)
        self.analyse = Analyse(transport, self.results)
        self.sessions = Sessions(transport)
        self.frames = Frames(transport)
        self.speech = Speech(transport)
        self.emotion = Emotion(transport)
        self.meetings = Meetings(transport)
        self.deliveries = Deliveries(transport)
        self.messages = Messages(transport)
        self.webhook_endpoints = WebhookEndpoints(transport)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
