"""The authorised client: where the token goes, what is retried, and what every failure is called."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest

from connectors import registry
from connectors.base.errors import AuthorizationLost, ProviderUnavailable, RequestRejected
from connectors.base.testing import Answer, FakeProvider, fake_provider
from hub.connections import client as client_module
from hub.connections import provider_http
from hub.connections.client import ConnectionClient
from hub.connections.hosts import TrustedHosts
from hub.connections.provider_http import open_http

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with fake_provider(registry.manifest("zoom")) as running:
        running.access_token = "good"
        running.answers["GET /api/things"] = Answer(body={"things": 3})
        yield running


@pytest.fixture
def elsewhere() -> Iterator[FakeProvider]:
    """Somebody else's server."""
    with fake_provider(registry.manifest("zoom")) as running:
        running.api_fault = Answer(body=b"bytes from elsewhere", headers={"Content-Type": "video/mp4"})
        yield running


@dataclass
class Tokens:
    """Gives the next token each time the last was refused."""

    values: list[str] = field(default_factory=lambda: ["good"])
    refusals: int = 0

    async def __call__(self, refused: bool) -> str:
        self.refusals += refused
        return self.values[min(self.refusals, len(self.values) - 1)]


@asynccontextmanager
async def client_for(provider: FakeProvider, tokens: Tokens | None = None) -> AsyncIterator[ConnectionClient]:
    async with open_http(provider.hosts, {}) as http:
        yield ConnectionClient(
            http, provider.manifest, provider.hosts, {}, tokens or Tokens(), lambda: datetime.now(UTC)
        )


async def test_a_refused_token_is_renewed_once_and_the_call_repeated(provider: FakeProvider) -> None:
    tokens = Tokens(["stale", "good"])

    async with client_for(provider, tokens) as client:
        answer = await client.request("GET", "things")

    assert answer.json() == {"things": 3}
    assert [seen.bearer for seen in provider.calls("/api/things")] == ["stale", "good"]


async def test_a_second_refusal_is_final(provider: FakeProvider) -> None:
    tokens = Tokens(["stale", "stale too", "good"])

    async with client_for(provider, tokens) as client:
        with pytest.raises(AuthorizationLost):
            await client.request("GET", "/things")

    assert tokens.refusals == 1


async def test_the_token_is_not_sent_to_other_hosts(provider: FakeProvider, elsewhere: FakeProvider) -> None:
    async with client_for(provider) as client:
        await client.request("GET", f"{elsewhere.base_url}/grab")
        async with client.stream(f"{elsewhere.base_url}/grab", token="download-token") as answer:
            await answer.aread()

    assert [seen.headers.get("authorization") for seen in elsewhere.requests] == [None, None]


async def test_a_redirect_to_another_host_leaves_the_token_behind(
    provider: FakeProvider, elsewhere: FakeProvider
) -> None:
    provider.answers["GET /api/file"] = Answer(302, headers={"Location": f"{elsewhere.base_url}/signed"})

    async with client_for(provider) as client, client.stream("file") as answer:
        content = await answer.aread()

    assert content == b"bytes from elsewhere"
    assert provider.calls("/api/file")[0].bearer == "good"
    assert elsewhere.requests[0].bearer == ""


async def test_a_refused_download_token_says_nothing_about_the_connection(provider: FakeProvider) -> None:
    tokens = Tokens()

    async with client_for(provider, tokens) as client:
        with pytest.raises(RequestRejected) as raised:
            async with client.stream("things", token="expired"):
                pass

    assert raised.value.status == 401
    assert tokens.refusals == 0


async def test_a_stream_renews_the_accounts_own_token_once(provider: FakeProvider) -> None:
    async with (
        client_for(provider, Tokens(["stale", "good"])) as client,
        client.stream("things", headers={"Range": "bytes=5-"}) as answer,
    ):
        await answer.aread()

    assert [(seen.bearer, seen.headers["range"]) for seen in provider.requests] == [
        ("stale", "bytes=5-"),
        ("good", "bytes=5-"),
    ]


async def test_a_slow_answer_is_given_up(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider_http, "_TIMEOUT", httpx.Timeout(0.3))
    provider.api_fault = Answer(delay_s=5)

    async with client_for(provider) as client:
        with pytest.raises(ProviderUnavailable, match="ReadTimeout"):
            await client.request("GET", "things")


async def test_an_answer_without_end_is_refused(provider: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_MAX_ANSWER_BYTES", 1000)
    provider.api_fault = Answer(body=b"x" * 1001)

    async with client_for(provider) as client:
        with pytest.raises(RequestRejected, match="too large"):
            await client.request("GET", "things")


async def test_a_server_that_is_not_there_is_unavailable(provider: FakeProvider) -> None:
    async with client_for(provider) as client:
        with pytest.raises(ProviderUnavailable):
            await client.request("GET", "http://127.0.0.1:1/nothing")


def test_only_the_providers_hosts_and_their_subdomains_may_have_the_token() -> None:
    hosts = TrustedHosts.of(
        {"web": "https://zoom.us", "api": "https://api.zoom.us/v2"}, {"instance_url": "https://acme.example"}
    )

    allowed = ["https://zoom.us/x", "https://us02web.zoom.us/rec", "https://api.zoom.us/v2", "https://acme.example/x"]
    refused = ["https://evilzoom.us", "https://zoom.us.evil.example", "http://zoom.us", "https://zoom.us:8443/x"]
    assert all(hosts.may_have_token(httpx.URL(url)) for url in allowed)
    assert not any(hosts.may_have_token(httpx.URL(url)) for url in refused)


@pytest.mark.parametrize(
    "url", ["http://zoom.us/x", "http://169.254.169.254/meta", "http://127.0.0.1:5432", "ftp://zoom.us"]
)
def test_plain_http_and_this_machine_are_refused_for_a_real_provider(url: str) -> None:
    with pytest.raises(RequestRejected):
        TrustedHosts.of({"web": "https://zoom.us"}, {}).require_safe(httpx.URL(url))


HOSTILE = [
    "https://10.0.0.5/recording.mp4",
    "https://169.254.169.254/latest/meta-data",
    "https://[::ffff:192.168.1.1]/",
    "https://100.64.0.1/",
    "https://user:pass@8.8.8.8/",
    "http://8.8.8.8/",
    "https://localhost/",
]


@pytest.mark.parametrize("url", HOSTILE)
async def test_a_real_provider_cannot_point_the_hub_into_a_private_network(url: str) -> None:
    manifest = registry.manifest("zoom")
    hosts = manifest.hosts_with({})

    async with open_http(hosts, {}) as http:
        client = ConnectionClient(http, manifest, hosts, {}, Tokens(), lambda: datetime.now(UTC))
        with pytest.raises(RequestRejected):
            await client.request("GET", url)
        with pytest.raises(RequestRejected):
            async with client.stream(url, token="download-token"):
                pass


@pytest.mark.parametrize("url", ["https://10.0.0.5/recording.mp4", "https://169.254.169.254/latest"])
async def test_a_redirect_cannot_lead_into_a_private_network(provider: FakeProvider, url: str) -> None:
    provider.answers["GET /api/file"] = Answer(302, headers={"Location": url})

    async with client_for(provider) as client:
        with pytest.raises(RequestRejected, match="private or reserved"):
            async with client.stream("file"):
                pass


async def test_a_name_that_resolves_to_a_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = registry.manifest("zoom")
    hosts = manifest.hosts_with({})

    async def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(2, 1, 6, "", ("10.1.2.3", port))]

    async with open_http(hosts, {}) as http:
        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        client = ConnectionClient(http, manifest, hosts, {}, Tokens(), lambda: datetime.now(UTC))
        with pytest.raises(RequestRejected, match="private or reserved"):
            async with client.stream("https://cdn.example/recording.mp4", token="download-token"):
                pass


async def test_redirects_without_end_are_given_up(provider: FakeProvider) -> None:
    provider.answers["GET /api/file"] = Answer(302, headers={"Location": f"{provider.hosts['api']}/file"})

    async with client_for(provider) as client:
        with pytest.raises(ProviderUnavailable):
            async with client.stream("file"):
                pass

    assert len(provider.calls("/api/file")) == 6
