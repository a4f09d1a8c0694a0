"""A caller is known and counted before anything of a body is read, and every answer says what is left."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.testclient import WebSocketDenialResponse

from hub.accounts import idempotency
from hub.app import create_app
from hub.kit import multipart
from hub.runtime import Runtime
from tests.support.api import Api, a_key, api

JSON = {"Content-Type": "application/json"}
HALF = {"content": b'{"label": "a"', "headers": JSON}
RATES = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
BODIES = ["/v1/sessions", "/v1/api-keys", "/v1/analyse/text", "/v1/analyze", "/v1/analyze/batch", "/v1/emotion/async"]


@pytest.fixture
def caller(runtime: Runtime) -> Api:
    return api(runtime, limits={"requests_per_minute": 60})


@pytest.mark.parametrize("path", BODIES)
def test_who_calls_is_asked_before_what_is_wrong_with_the_body(caller: Api, path: str) -> None:
    answer = caller.http.post(path, content=b'{"label": "a"', headers=JSON)

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize("body", [b'{"label": "a"', b"[" * 100_000, b'{"label": "\xff"}'])
def test_a_body_that_is_no_json_is_told_alike_everywhere(caller: Api, path: str, body: bytes) -> None:
    answer = caller.post(path, content=body, headers=JSON)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "validation_error"), answer.text
    assert answer.headers.keys() >= RATES


@pytest.mark.parametrize(
    ("method", "path", "sent", "status"),
    [
        ("GET", "/v1/nothing", {}, 404),
        ("GET", "/v1/nothing/%00", {}, 404),
        ("PUT", "/v1/api-keys", {}, 405),
        ("POST", "/v1/api-keys", {"json": {}}, 422),
        ("POST", "/v1/api-keys", {"content": b"x" * 1_100_000, "headers": JSON}, 413),
        ("GET", "/v1/api-keys/%00", {}, 405),
        ("DELETE", "/v1/api-keys/%00", {}, 400),
    ],
)  # fmt: skip
def test_every_refusal_says_what_is_left_to_a_known_caller(
    caller: Api, method: str, path: str, sent: dict[str, Any], status: int
) -> None:
    answer = caller.send(method, path, **sent)

    assert answer.status_code == status
    assert answer.headers["X-RateLimit-Remaining"] == "59"
    assert answer.headers.keys() >= {*RATES, "x-request-id"}


def test_an_answer_that_is_our_fault_says_it_too(caller: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.accounts.endpoints.page", None)

    answer = caller.get("/v1/api-keys")

    assert answer.status_code == 500
    assert answer.headers.keys() >= {*RATES, "x-request-id"}


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/api-keys"])
def test_nothing_is_said_and_counted_where_the_caller_is_not_known(runtime: Runtime, path: str) -> None:
    answer = api(runtime, key="ed_live_sk_wrong").send("PUT", path)

    assert answer.status_code in {404, 405}
    assert not answer.headers.keys() & RATES


def test_replayed_answers_count_and_say_what_is_left(runtime: Runtime) -> None:
    caller, headers = api(runtime, limits={"requests_per_minute": 3}), {"Idempotency-Key": "again"}

    answers = [caller.post("/v1/api-keys", json={"name": "import"}, headers=headers) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]


def test_a_long_body_is_not_taken_whole_because_it_may_be_repeated(
    caller: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_MOST_JSON_BYTES", 1000)
    small = Api(caller.http, caller.key)

    answer = small.post("/v1/analyze", content=b"x" * 30_000_000, headers={**JSON, "Idempotency-Key": "once"})

    assert answer.status_code == 413
    assert answer.headers.keys() >= RATES


@pytest.mark.anyio
async def test_a_body_that_stops_coming_is_given_up_whether_or_not_it_may_be_repeated(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(multipart, "IDLE_S", 0.1)

    told = [await status_of(runtime, key) for key in (None, "once")]

    assert told == [400, 400]


@pytest.mark.anyio
async def test_nothing_is_read_from_whom_nobody_knows(runtime: Runtime) -> None:
    assert await status_of(runtime, "once", api_key="ed_live_sk_wrong", receive=never) == 401


async def never() -> dict[str, Any]:
    raise AssertionError("the body was asked for")


async def status_of(
    runtime: Runtime,
    idempotency_key: str | None,
    api_key: str | None = None,
    receive: Callable[[], Awaitable[Any]] | None = None,
) -> int:
    """What a clip is answered whose body stops after one byte."""
    headers = [
        (b"authorization", f"Bearer {api_key or a_key(runtime)}".encode()),
        (b"content-type", b"application/json"),
    ]
    if idempotency_key:
        headers.append((b"idempotency-key", idempotency_key.encode()))
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": "/v1/analyze",
        "query_string": b"", "headers": headers, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    sent: list[Any] = []

    async def one_byte() -> dict[str, Any]:
        if one_byte_left:
            return {"type": "http.request", "body": one_byte_left.pop(), "more_body": True}
        await asyncio.sleep(60)
        raise AssertionError("nobody waits this long")

    async def send(message: Any) -> None:
        sent.append(message)

    one_byte_left = [b"{"]
    await create_app(runtime)(scope, receive or one_byte, send)
    return int(sent[0]["status"])


def test_a_socket_that_does_not_exist_is_told_in_words(caller: Api) -> None:
    denied = refused(caller, "/v1/nothing", [f"token.{caller.key}"])

    assert (denied.status_code, denied.json()["error"]["code"]) == (404, "not_found")
    assert denied.headers.keys() >= {*RATES, "x-request-id"}


def test_a_browser_s_socket_outside_the_api_is_told_too(caller: Api) -> None:
    assert refused(caller, "/nothing", [], accept="text/html").text == "Not Found"


def test_a_socket_that_is_refused_says_what_is_left_to_a_known_caller(runtime: Runtime, caller: Api) -> None:
    narrow = a_key(runtime, scopes=("keys",))

    assert refused(caller, "/v1/stream/video", [f"token.{narrow}"]).headers.keys() >= RATES
    assert refused(caller, "/v1/sessions/none/stream", [f"token.{caller.key}"]).headers.keys() >= RATES
    assert not refused(caller, "/v1/stream/video", ["token.wrong"]).headers.keys() & RATES


def test_a_socket_that_opens_says_what_is_left(caller: Api) -> None:
    with caller.http.websocket_connect(
        "/v1/stream/video", subprotocols=["echo-depth-v1", f"token.{caller.key}"]
    ) as opened:
        headers: Any = opened.extra_headers
        told = {name.decode() for name, _ in headers}

    assert told >= {*RATES, "x-request-id"}


def refused(caller: Api, path: str, subprotocols: list[str], **headers: str) -> WebSocketDenialResponse:
    with (
        pytest.raises(WebSocketDenialResponse) as denied,
        caller.http.websocket_connect(path, subprotocols=["echo-depth-v1", *subprotocols], headers=headers),
    ):
        pytest.fail("the handshake was accepted")
    return denied.value


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/docs", "/v1/api-keys", "/openapi.json"])
def test_head_is_answered_as_get_without_its_body(caller: Api, path: str) -> None:
    shown, asked = caller.get(path), caller.send("HEAD", path)

    assert (asked.status_code, asked.content) == (shown.status_code, b"")
    varying = {"x-request-id", "x-ratelimit-remaining", *({"content-length"} if path == "/metrics" else ())}
    assert kept(asked, varying) == kept(shown, varying)
    assert int(asked.headers["content-length"]) > 0


def test_head_is_refused_where_get_is(caller: Api) -> None:
    answer = caller.send("HEAD", "/v1/analyse/text")

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"
    assert caller.send("PUT", "/v1/api-keys").headers["Allow"] == "GET, HEAD, POST"


def kept(answer: Any, varying: set[str]) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name not in varying}
