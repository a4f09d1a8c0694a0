"""HTTP to one provider: its own hosts as they are, whatever else it points to only on the public internet.

A download address, a redirect or a link to the next page is the provider's word. It must not lead the hub to a
database, a metadata service or a colleague's printer.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx

from hub.connections.hosts import TrustedHosts
from hub.kit.ssrf import guarded_client, tls

_TIMEOUT = httpx.Timeout(30.0, connect=5.0, pool=10.0)
_MAX_REDIRECTS = 5
_LOOPBACK_IS_DIRECT: Mapping[str, None] = dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]"))
"""A proxy of the environment is not for addresses on this machine."""


class ProviderHttp:
    """Sends requests by one of two clients: `own` for the provider's hosts, `public` for all others."""

    def __init__(self, own: httpx.AsyncClient, public: httpx.AsyncClient, trusted: TrustedHosts) -> None:
        self.trusted = trusted
        self._own = own
        self._public = public

    def build(self, method: str, url: httpx.URL, **options: Any) -> httpx.Request:
        """A request with httpx's options."""
        return self._own.build_request(method, url, **options)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """The answer with its body unread; redirects are given back.

        Raises httpx's errors, `RequestRejected`, and `ForbiddenTarget` where the address may not be called.
        """
        self.trusted.require_safe(request.url)
        client = self._own if self.trusted.is_own(request.url) else self._public
        return await client.send(request, stream=True)

    async def follow(self, request: httpx.Request) -> httpx.Response:
        """As `send`, with redirects followed; every hop is judged anew, and none but the provider's gets the token."""
        for _ in range(_MAX_REDIRECTS + 1):
            answer = await self.send(request)
            if answer.next_request is None:
                return answer
            await answer.aclose()
            request = answer.next_request
        raise httpx.TooManyRedirects("too many redirects", request=request)


@asynccontextmanager
async def open_http(hosts: Mapping[str, str], account: Mapping[str, str]) -> AsyncIterator[ProviderHttp]:
    """HTTP for one connection, with time-outs set."""
    own = httpx.AsyncClient(timeout=_TIMEOUT, verify=tls(trust_env=True), mounts=_LOOPBACK_IS_DIRECT)
    public = guarded_client(allow_private=False, timeout=_TIMEOUT)
    async with own, public:
        yield ProviderHttp(own, public, TrustedHosts.of(hosts, account))
