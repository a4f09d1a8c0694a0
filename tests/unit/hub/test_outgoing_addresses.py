"""Requests to addresses that users gave reach the public internet and nothing else."""

from ipaddress import ip_address

import httpx
import pytest

from connectors.base.addresses import Address, is_public
from hub.kit import ssrf
from hub.kit.ssrf import ForbiddenTarget, check_url, guarded_client

pytestmark = pytest.mark.anyio

INSIDE = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::1", "2002:a00:1::",
    "2001::80ff:fffe",
]  # fmt: skip

NO_NAMES = [
    "https://...", "https://a..b/", "https://.a/", "https://a../", f"https://{'a' * 64}.example/",
    f"https://{'a.' * 127}example/", "https://ex ample.com/", "https://%00/", "https://a:0/", "https://a:65536/", "https://a:-1/",
]  # fmt: skip
"""Hosts and ports that no name server and no connection could ever be asked for."""


@pytest.mark.parametrize("address", INSIDE)
def test_an_inside_address_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_an_outside_address_is(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "ftp://example.com/", "https://127.0.0.1/", "https://user:secret@example.com/", "https:///x",
     "https://[::1]/", "https://169.254.169.254/latest/meta-data", "not an address", *NO_NAMES],
)  # fmt: skip
def test_an_address_that_could_never_be_called_is_refused_before_it_is_stored(url: str) -> None:
    with pytest.raises(ForbiddenTarget):
        check_url(url, allow_private=False)


@pytest.mark.parametrize(
    "url", ["https://a.example/", "https://a.example./", "https://xn--strae-oqa.example/", "https://straße.example:8443/",
            "https://with_underscore.example/", f"https://{'a' * 63}.example/", "https://93.184.216.34/"],
)  # fmt: skip
def test_an_address_of_the_internet_is_taken(url: str) -> None:
    check_url(url, allow_private=False)


@pytest.mark.parametrize("url", NO_NAMES)
async def test_a_host_that_is_no_name_is_refused_before_anybody_is_asked_for_it(url: str) -> None:
    async with guarded_client(allow_private=True) as client:
        with pytest.raises(ForbiddenTarget):
            await client.get(url)


async def test_a_public_name_that_resolves_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    async def inside(host: str, port: int) -> list[Address]:
        return [ip_address("93.184.216.34"), ip_address("10.0.0.5")]

    monkeypatch.setattr(ssrf, "_look_up", inside)

    async with guarded_client(allow_private=False) as client:
        with pytest.raises(ForbiddenTarget):
            await client.post("https://hooks.example.com/")


async def test_a_name_in_other_letters_is_looked_up_as_it_is_written_today(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    async def inside(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ip_address("10.0.0.5")]

    monkeypatch.setattr(ssrf, "_look_up", inside)

    async with guarded_client(allow_private=False) as client:
        with pytest.raises(ForbiddenTarget):
            await client.get("https://straße.example/")

    assert asked == ["xn--strae-oqa.example"], "not strasse.example, which is somebody else's"


async def test_a_redirect_is_given_back_not_followed() -> None:
    async with guarded_client(allow_private=True) as client:
        assert client.follow_redirects is False


@pytest.mark.parametrize("target", ["https://xn--a/", "https://[::1"])
async def test_a_redirect_to_no_address_is_an_answer_that_cannot_be_used(
    monkeypatch: pytest.MonkeyPatch, target: str
) -> None:
    async def redirect(_self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": target})

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", redirect)

    async with guarded_client(allow_private=False) as client:
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post("https://93.184.216.34/")


async def test_the_connection_goes_to_the_checked_address_under_the_original_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[httpx.Request] = []

    async def record(_self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(204)

    async def outside(host: str, port: int) -> list[Address]:
        return [ip_address("93.184.216.34")]

    monkeypatch.setattr(httpx.AsyncHTTPTransport, "handle_async_request", record)
    monkeypatch.setattr(ssrf, "_look_up", outside)

    async with guarded_client(allow_private=False) as client:
        await client.post("https://hooks.example.com/in")

    assert seen[0].url.host == "93.184.216.34"
    assert seen[0].headers["host"] == "hooks.example.com"
    assert seen[0].extensions["sni_hostname"] == "hooks.example.com"
