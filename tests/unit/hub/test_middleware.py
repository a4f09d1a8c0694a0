"""What every request passes first: https, bounded bodies, headers, compression."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from fastapi import FastAPI, Form, Request
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient, WebSocketDenialResponse
from starlette.types import Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from hub import errors, middleware
from hub.middleware import BoundedBodies
from hub.settings import Settings


class NoWatcher:
    def request_ended(self, scope: Scope, status: int, seconds: float) -> None:
        """Nobody counts."""


ELSEWHERE = ("203.0.113.9", 50000)
HERE = ("127.0.0.1", 50000)


def an_app(settings: Settings) -> FastAPI:
    app = FastAPI()
    errors.install(app)
    middleware.install(app, settings, NoWatcher())

    @app.post("/form")
    def form(name: str = Form("")) -> str:
        return name

    @app.post("/hooks/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.get("/page")
    def page() -> PlainTextResponse:
        return PlainTextResponse("words " * 1000)

    @app.get("/events")
    def events() -> StreamingResponse:
        return StreamingResponse(iter(["data: words\n\n"] * 1000), media_type="text/event-stream")

    @app.get("/healthz")
    def healthz() -> str:
        return "ok"

    @app.post("/v1/slow")
    def slow() -> None:
        raise HTTPException(408, "The body came too slowly.")

    return app


@pytest.fixture
def here(settings: Settings) -> Iterator[TestClient]:
    with TestClient(an_app(settings), client=HERE) as client:
        yield client


def test_plain_http_from_another_machine_is_refused(settings: Settings) -> None:
    client = TestClient(an_app(settings), client=ELSEWHERE)

    assert client.get("/page").status_code == 403
    answer = client.post("/hooks/raw", content=b"{}")
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "forbidden"
    assert client.get("/healthz").status_code == 200, "probes come by plain http and learn nothing"
    assert TestClient(an_app(settings), client=ELSEWHERE, base_url="https://hub.example").get("/page").is_success


def test_a_web_socket_without_tls_from_another_machine_is_refused_in_words(settings: Settings) -> None:
    client = TestClient(an_app(settings), client=ELSEWHERE)

    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect("/v1/stream/video"):
        pytest.fail("the handshake was accepted")

    assert denied.value.json()["error"]["code"] == "forbidden"


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1"])
def test_plain_http_from_this_machine_is_answered(settings: Settings, peer: str) -> None:
    assert TestClient(an_app(settings), client=(peer, 1)).get("/page").is_success


def test_plain_http_can_be_allowed_for_trying_it_out(settings: Settings) -> None:
    trying = settings.model_copy(update={"allow_plain_http": True})

    assert TestClient(an_app(trying), client=ELSEWHERE).get("/page").is_success


def test_only_a_trusted_proxy_can_say_that_it_was_https(settings: Settings) -> None:
    said = {"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.9"}
    behind = ProxyHeadersMiddleware(an_app(settings), trusted_hosts="10.0.0.0/24")  # type: ignore[arg-type]

    assert TestClient(behind, client=("10.0.0.7", 1)).get("/page", headers=said).is_success  # type: ignore[arg-type]
    assert TestClient(behind, client=ELSEWHERE).get("/page", headers=said).status_code == 403  # type: ignore[arg-type]
    plain = {"x-forwarded-proto": "http", "x-forwarded-for": "127.0.0.1, 203.0.113.9"}
    assert TestClient(behind, client=("10.0.0.7", 1)).get("/page", headers=plain).status_code == 403  # type: ignore[arg-type]


@pytest.mark.parametrize("proxies", ["*", "proxy.internal", "10.0.0.0/24, *"])
def test_trusted_proxies_are_addresses(proxies: str) -> None:
    with pytest.raises(ValidationError):
        Settings(trusted_proxies=proxies)

    assert Settings(trusted_proxies="10.0.0.0/24, ::1").trusted_proxies


def test_browsers_come_back_by_https_once_the_hub_is_reached_so(settings: Settings, here: TestClient) -> None:
    public = settings.model_copy(update={"public_url": "https://hub.example"})

    assert "strict-transport-security" not in here.get("/page").headers
    assert "max-age=" in TestClient(an_app(public), client=HERE).get("/page").headers["strict-transport-security"]
    assert here.get("/page").headers["x-content-type-options"] == "nosniff"


def test_pages_are_compressed_and_event_streams_are_not(here: TestClient) -> None:
    assert here.get("/page").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in here.get("/events").headers


@pytest.mark.parametrize("path", ["/form", "/hooks/raw"])
def test_a_body_that_is_too_large_is_refused_whether_or_not_it_says_so(here: TestClient, path: str) -> None:
    pieces = [b"name=" + b"x" * 1024] * 2048
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert here.post(path, content=b"".join(pieces), headers=form).status_code == 413
    assert here.post(path, content=iter(pieces), headers=form).status_code == 413
    assert here.post("/hooks/raw", content=b"x" * 1000).json() == 1000


@pytest.mark.anyio
async def test_a_body_that_never_ends_is_given_up() -> None:
    async def drip() -> AsyncIterator[dict[str, object]]:
        while True:
            await asyncio.sleep(0.05)
            yield {"type": "http.request", "body": b"x", "more_body": True}

    async def read(scope: object, receive: object, send: object) -> None:
        while True:
            await receive()  # type: ignore[operator]

    body = drip()
    bounded = BoundedBodies(read, within_s=0.3)
    scope = {"type": "http", "headers": []}

    with pytest.raises(HTTPException) as raised:
        await bounded(scope, body.__anext__, None)  # type: ignore[arg-type]

    assert raised.value.status_code == 408


def test_it_is_told_as_a_timeout(here: TestClient) -> None:
    answer = here.post("/v1/slow")

    assert (answer.status_code, answer.json()["error"]["code"]) == (408, "timeout")


def test_settings_do_not_show_the_database_s_password() -> None:
    assert "hunter2" not in repr(Settings(database_url="postgresql://hub:hunter2@db/hub"))
