"""Outgoing requests to addresses that users gave us.

The name is resolved once, every address it has is checked, and the connection goes to the very address that was
checked: a second answer from the name server cannot redirect it inside. Redirects are not followed.
"""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

import httpx

Address = IPv4Address | IPv6Address

_NAT64: Final = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64: Final = IPv6Network("64:ff9b:1::/48")
_IPV4_COMPATIBLE: Final = IPv6Network("::/96")
_TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0)


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
    _check_form(parsed, allow_private)
    literal = _literal(parsed.host)
    if literal is not None:
        _check_address(literal, allow_private)


def is_public(address: Address) -> bool:
    """Whether the address, and every IPv4 address embedded in it, belongs to the public internet."""
    if isinstance(address, IPv6Address) and address in _NAT64:
        return is_public(_low_ipv4(address))  # how IPv6-only networks reach the IPv4 internet
    embedded = _embedded(address) if isinstance(address, IPv6Address) else ()
    return all(item.is_global and not item.is_multicast and not item.is_reserved for item in (address, *embedded))


class _GuardedTransport(httpx.AsyncBaseTransport):
    """Resolves, checks and pins before each request. Connections are not reused: they are pinned to one name."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpx.AsyncHTTPTransport(
            limits=httpx.Limits(max_keepalive_connections=0), trust_env=False, retries=0
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        _check_form(request.url, self._allow_private)
        pinned = await _resolve(host, request.url.port or 443, self._allow_private)
        # the Host header and the certificate check keep the name; only the connection goes to the number
        to_pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=str(pinned)),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
        return await self._inner.handle_async_request(to_pinned)

    async def aclose(self) -> None:
        await self._inner.aclose()


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


def _check_form(url: httpx.URL, allow_private: bool) -> None:
    if url.scheme != "https" and not (allow_private and url.scheme == "http"):
        raise ForbiddenTarget("the address must start with https://")
    if not url.host or url.userinfo:
        raise ForbiddenTarget("the address needs a host name, and must hold no user name or password")


def _check_address(address: Address, allow_private: bool) -> None:
    if is_public(address) or (allow_private and (address.is_private or address.is_loopback)):
        return
    raise ForbiddenTarget("the address leads into a private or reserved network")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _embedded(address: IPv6Address) -> tuple[Address, ...]:
    """IPv4 addresses that gateways would unwrap: mapped, compatible, NAT64, 6to4, Teredo."""
    found: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _LOCAL_NAT64 or address in _IPV4_COMPATIBLE:
        found.append(_low_ipv4(address))
    return tuple(item for item in found if item is not None)


def _low_ipv4(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)
