"""Outgoing requests to addresses that users gave us.

The name is resolved once, every address it has is checked, and the connection goes to the very address that was
checked: a second answer from the name server cannot redirect it inside. A client follows no redirect by itself; whoever
does sends a request of its own, which is resolved and checked like the first.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Sequence
from functools import cache
from ipaddress import ip_address
from typing import Final

import httpx

from connectors.base.addresses import Address, is_public

_TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)
_NAME: Final = re.compile(r"(?=.{1,253}\Z)([a-z0-9_-]{1,63}\.)*[a-z0-9_-]{1,63}\.?")
"""A host name as name servers take it (RFC 1035, 2.3.4); the resolver raises for labels of other lengths."""
_LAST_PORT: Final = 65_535


class ForbiddenTarget(Exception):
    """The address may not be called; the message says why."""


def guarded_client(*, allow_private: bool, timeout: httpx.Timeout = _TIMEOUT) -> httpx.AsyncClient:
    """A client that only reaches public addresses; `allow_private` also lets it reach loopback and private networks."""
    return httpx.AsyncClient(
        transport=_GuardedTransport(allow_private), timeout=timeout, follow_redirects=False, trust_env=False
    )


def check_url(url: str, *, allow_private: bool) -> None:
    """Refuse an address that could never be called, before it is stored. Raises `ForbiddenTarget`."""
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ForbiddenTarget("this is not a valid address") from error
    literal = _literal(_host(parsed, allow_private))
    if literal is not None:
        _check_address(literal, allow_private)


@cache
def tls(*, trust_env: bool) -> ssl.SSLContext:
    """Shared, because reading the root certificates takes longer than many a call.

    With `trust_env`, those that the operator named by `SSL_CERT_FILE` or `SSL_CERT_DIR` count.
    """
    return httpx.create_ssl_context(trust_env=trust_env)


class _GuardedTransport(httpx.AsyncBaseTransport):
    """Resolves, checks and pins before each request. Connections are not reused: they are pinned to one name."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpx.AsyncHTTPTransport(
            verify=tls(trust_env=False), limits=httpx.Limits(max_keepalive_connections=0), trust_env=False, retries=0
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = _host(request.url, self._allow_private)
        pinned = await _resolve(host, request.url.port or 443, self._allow_private)
        # the Host header and the certificate check keep the name; only the connection goes to the number
        to_pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=str(pinned)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        answer = await self._inner.handle_async_request(to_pinned)
        if _leads_nowhere(answer):
            await answer.aclose()
            raise httpx.RemoteProtocolError(f"{host} redirects to no address")
        return answer

    async def aclose(self) -> None:
        await self._inner.aclose()


def _leads_nowhere(answer: httpx.Response) -> bool:
    """Whether it redirects to what httpx cannot read; it looks there even when it does not follow."""
    try:
        return answer.has_redirect_location and httpx.URL(answer.headers["location"]).host is None
    except (httpx.InvalidURL, UnicodeError):
        return True


async def _resolve(host: str, port: int, allow_private: bool) -> Address:
    literal = _literal(host)
    addresses = [literal] if literal is not None else await _look_up(host, port)
    for address in addresses:
        _check_address(address, allow_private)
    return addresses[0]


async def _look_up(host: str, port: int) -> Sequence[Address]:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx.ConnectError(f"{host} cannot be resolved") from error
    return [ip_address(str(item[4][0]).split("%")[0]) for item in found]


def _host(url: httpx.URL, allow_private: bool) -> str:
    """The host of an address that may be called, in the letters that name servers take."""
    if url.scheme != "https" and not (allow_private and url.scheme == "http"):
        raise ForbiddenTarget("the address must start with https://")
    host = url.raw_host.decode("ascii")
    if not host or url.userinfo:
        raise ForbiddenTarget("the address needs a host name, and must hold no user name or password")
    if not _NAME.fullmatch(host) and _literal(host) is None:
        raise ForbiddenTarget("the address names a host that cannot exist")
    if url.port is not None and not 1 <= url.port <= _LAST_PORT:
        raise ForbiddenTarget(f"the address names a port outside 1 to {_LAST_PORT}")
    return host


def _check_address(address: Address, allow_private: bool) -> None:
    if is_public(address) or (allow_private and (address.is_private or address.is_loopback)):
        return
    raise ForbiddenTarget("the address leads into a private or reserved network")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
