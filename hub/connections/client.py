"""The authorised client that connectors get: one account's access over HTTP.

The bearer token goes only to the provider's own hosts. Every failure leaves as one of `connectors.base.errors`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import httpx
import structlog

from connectors.base.errors import ConnectorError, ProviderUnavailable, RequestRejected
from connectors.base.http import error_for
from connectors.base.manifest import Manifest
from hub.connections.provider_http import ProviderHttp
from hub.connections.turns import Turns
from hub.kit.clock import Clock
from hub.kit.ssrf import ForbiddenTarget

_log = structlog.get_logger(__name__)
_MAX_ANSWER_BYTES = 16 * 1024 * 1024
_MAX_ERROR_BYTES = 64 * 1024
_REJECTED_TOKEN = {401, 403}
_REJECTED_LINK = {401, 403, 410}

TokenSource = Callable[[bool], Awaitable[str]]
"""Gives a token valid now; called with True when the last one was refused."""


class ConnectionClient:
    """Implements `connectors.base.connector.AuthorizedClient`."""

    def __init__(
        self,
        http: ProviderHttp,
        manifest: Manifest,
        hosts: Mapping[str, str],
        account: Mapping[str, str],
        token: TokenSource,
        clock: Clock,
        turns: Turns | None = None,
    ) -> None:
        self.hosts = hosts
        self.account = account
        self._http = http
        self._manifest = manifest
        self._token = token
        self._clock = clock
        self._turns = turns

    async def take_turn(self, policy: str, calls: int, *, limit: int, period_s: int) -> None:
        """Wait for room below a limit that all processes share; at once where nothing counts. Raises `RateLimited`."""
        if self._turns is not None:
            await self._turns.take(policy, calls, limit=limit, period_s=period_s)

    async def access_token(self, *, force_refresh: bool = False) -> str:
        """A token valid now. Raises `AuthorizationLost` or `ProviderUnavailable`."""
        return await self._token(force_refresh)

    async def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """One authorised call; a 401 refreshes once and repeats. Redirects are given back, not followed."""
        address = self._absolute(url)
        answer = await self._send(method, address, await self._token(False), options)
        if answer.status_code == 401:
            answer = await self._send(method, address, await self._token(True), options)
        if answer.is_error:
            raise self._error(answer, answer.content)
        return answer

    @asynccontextmanager
    async def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, token: str | None = None
    ) -> AsyncIterator[httpx.Response]:
        """A streamed GET that follows redirects, without the token on other hosts.

        With `token` given, its refusal is a `RequestRejected`: it says nothing about the connection.
        """
        address = self._absolute(url)
        async with self._failures_named(address):
            answer = await self._open(address, headers, token or await self._token(False))
            if answer.status_code == 401 and token is None:
                await answer.aclose()
                answer = await self._open(address, headers, await self._token(True))
            try:
                await self._require_success(answer, own_token=token is None)
                yield answer
            finally:
                await answer.aclose()

    async def _send(self, method: str, url: httpx.URL, token: str, options: Mapping[str, Any]) -> httpx.Response:
        started = monotonic()
        request = self._build(method, url, token, options)
        async with self._failures_named(url):
            answer = await self._http.send(request)
            try:
                whole = await _read_whole(answer)
            finally:
                await answer.aclose()
        _log.debug("provider.called", method=method, host=url.host, status=whole.status_code, ms=_ms_since(started))
        return whole

    async def _open(self, url: httpx.URL, headers: Mapping[str, str] | None, token: str) -> httpx.Response:
        request = self._build("GET", url, token, {"headers": headers or {}})
        return await self._http.follow(request)

    def _build(self, method: str, url: httpx.URL, token: str, options: Mapping[str, Any]) -> httpx.Request:
        headers = httpx.Headers(options.get("headers"))
        if self._http.trusted.may_have_token(url):
            headers["Authorization"] = f"Bearer {token}"
        rest = {name: value for name, value in options.items() if name != "headers"}
        return self._http.build(method, url, headers=headers, **rest)

    async def _require_success(self, answer: httpx.Response, *, own_token: bool) -> None:
        if not answer.is_error:
            return
        error = self._error(answer, await _read_some(answer))
        if not own_token and answer.status_code in _REJECTED_TOKEN:
            raise RequestRejected(error.message, code=error.code, status=answer.status_code)
        if answer.status_code in _REJECTED_LINK and not self._http.trusted.may_have_token(answer.request.url):
            # not about our access: links to files live for minutes, and asking again gives a new one
            raise ProviderUnavailable(error.message, code=error.code, status=answer.status_code)
        raise error

    def _error(self, answer: httpx.Response, body: bytes) -> ConnectorError:
        name, codes = self._manifest.name, self._manifest.errors
        return error_for(name, answer.status_code, answer.headers, body, self._clock(), codes)

    def _absolute(self, url: str) -> httpx.URL:
        try:
            if "://" in url:
                return httpx.URL(url)
            return httpx.URL(f"{self.hosts['api']}/{url.lstrip('/')}")
        except httpx.InvalidURL as error:
            raise RequestRejected(f"{self._manifest.name} gave an address that is not valid") from error

    @asynccontextmanager
    async def _failures_named(self, url: httpx.URL) -> AsyncIterator[None]:
        """Failures of the network as `ProviderUnavailable`, addresses we do not call as `RequestRejected`."""
        try:
            yield
        except ForbiddenTarget as error:
            raise RequestRejected(f"{self._manifest.name} pointed to an address that is not called: {error}") from error
        except (httpx.TransportError, httpx.DecodingError, httpx.TooManyRedirects) as error:
            what = type(error).__name__
            raise ProviderUnavailable(f"no usable answer from {self._manifest.name} at {url.host} ({what})") from error


async def _read_whole(answer: httpx.Response) -> httpx.Response:
    """The answer with its body in memory. Raises `RequestRejected` when it is larger than any API answer should be."""
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > _MAX_ANSWER_BYTES:
            raise RequestRejected("the answer is too large", status=answer.status_code)
    dropped = {"content-encoding", "content-length", "transfer-encoding"}
    headers = [(name, value) for name, value in answer.headers.multi_items() if name not in dropped]
    return httpx.Response(answer.status_code, headers=headers, content=bytes(body), request=answer.request)


async def _read_some(answer: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > _MAX_ERROR_BYTES:
            break
    return bytes(body)


def _ms_since(started: float) -> int:
    return round((monotonic() - started) * 1000)
