"""The token endpoint's answers, in the ways that providers really give them."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from oauth.errors import AccessDenied, InvalidGrant, OAuthError, Rejected, Unavailable
from oauth.flow import begin, returned_code, state_hash
from oauth.provider import ClientAuth, ClientCredentials, OAuthProvider
from oauth.tokens import TokenEndpoint, TokenSet

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PROVIDER = OAuthProvider(
    id="quill",
    authorize_url="https://quill.example/authorize?tenant=a",
    token_url="https://quill.example/token",
    revoke_url="https://quill.example/revoke",
    scopes=("calls.read", "people.read"),
    scope_separator=",",
    invalid_grant_errors=("invalid_grant", "token_revoked"),
    unavailable_errors=("ratelimited",),
)

Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def endpoint(handler: Handler, **changes: object) -> TokenEndpoint:
    provider = OAuthProvider(**{**vars(PROVIDER), **changes})
    credentials = ClientCredentials("client", "s&cret%")
    return TokenEndpoint(provider, credentials, transport=httpx.MockTransport(handler))


def answering(status: int, body: object, headers: dict[str, str] | None = None) -> Handler:
    return lambda _request: httpx.Response(status, json=body, headers=headers)


def test_the_redirect_carries_everything_and_keeps_only_hashes() -> None:
    request = begin(PROVIDER, "client", "https://hub.example/back", lambda size: "r" * size)

    query = parse_qs(urlsplit(request.url).query)
    assert query["tenant"] == ["a"]
    assert query["scope"] == ["calls.read,people.read"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == ["https://hub.example/back"]
    assert request.state_hash == state_hash(query["state"][0])
    assert query["state"][0] not in repr(request)
    assert request.code_verifier not in repr(request)


@pytest.mark.parametrize(
    ("query", "error"),
    [({"error": "access_denied"}, AccessDenied), ({"error": "invalid_scope"}, Rejected), ({}, Rejected)],
)
def test_a_return_without_a_code_says_why(query: dict[str, str], error: type[OAuthError]) -> None:
    with pytest.raises(error):
        returned_code(query)


@pytest.mark.anyio
@pytest.mark.parametrize("method", list(ClientAuth))
async def test_the_client_proves_itself_as_the_provider_wants(method: ClientAuth) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "a", "expires_in": "3600", "refresh_token": "r"})

    tokens = await endpoint(handler, client_auth=method).exchange("c", "https://hub.example/back", "v" * 43, NOW)

    form = parse_qs(seen[0].content.decode())
    assert ("authorization" in seen[0].headers) == (method is ClientAuth.BASIC)
    assert form.get("client_secret") == (["s&cret%"] if method is ClientAuth.BODY else None)
    assert form["code_verifier"] == ["v" * 43]
    assert tokens == TokenSet("a", "r", NOW + timedelta(hours=1), "", NOW, tokens.answer)
    assert "'a'" not in repr(tokens)


@pytest.mark.anyio
async def test_a_refresh_without_a_new_refresh_token_keeps_the_old_one() -> None:
    tokens = await endpoint(answering(200, {"access_token": "b", "token_type": "bot"})).refresh("old", NOW)

    assert (tokens.refresh_token, tokens.expires_at) == ("old", None)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_grant"}, InvalidGrant),
        (200, {"ok": False, "error": "token_revoked"}, InvalidGrant),
        (200, {"ok": False, "error": "ratelimited"}, Unavailable),
        (401, {"error": "invalid_client"}, Rejected),
        (400, {"status": "token_revoked", "message": "missing or invalid refresh token"}, InvalidGrant),
        (400, {"status": "error", "message": "something else"}, Rejected),
        (200, {"ok": True}, Rejected),
        (429, {"error": "invalid_grant"}, Unavailable),
        (502, {"error": "invalid_grant"}, Unavailable),
    ],
)
async def test_refusals_are_told_apart_by_what_repairs_them(status: int, body: object, error: type[OAuthError]) -> None:
    with pytest.raises(error):
        await endpoint(answering(status, body, {"Retry-After": "9"})).refresh("old", NOW)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_grant"}),
        (400, {"status": "token_revoked"}),
        (401, {"error": "invalid_client"}),
        (429, {"error": "slow_down"}),
        (503, {"error": "temporarily_unavailable"}),
        (200, {"error": "ratelimited"}),
    ],
)
async def test_a_refusal_keeps_its_code_its_status_and_the_wait_it_asked_for(status: int, body: dict[str, str]) -> None:
    with pytest.raises(OAuthError) as raised:
        await endpoint(answering(status, body, {"Retry-After": "9"})).refresh("old", NOW)

    assert (raised.value.code, raised.value.status) == (next(iter(body.values())), status)
    if isinstance(raised.value, Unavailable):
        assert raised.value.retry_after == "9"


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["error_description", "message"])
async def test_a_refusal_keeps_the_providers_own_words_out_of_its_message(name: str) -> None:
    with pytest.raises(InvalidGrant) as raised:
        await endpoint(answering(400, {"error": "invalid_grant", name: "the token abc is over"})).refresh("old", NOW)

    assert raised.value.said == "the token abc is over"
    assert "abc" not in str(raised.value)


@pytest.mark.anyio
@pytest.mark.parametrize(("failure", "answered"), [(httpx.ConnectError("x"), True), (httpx.ReadTimeout("x"), False)])
async def test_a_lost_answer_is_told_apart_from_a_call_that_never_arrived(failure: Exception, answered: bool) -> None:
    def handler(_request: httpx.Request) -> httpx.Response:
        raise failure

    with pytest.raises(Unavailable) as raised:
        await endpoint(handler).refresh("old", NOW)

    assert raised.value.answered == answered


@pytest.mark.anyio
async def test_a_page_in_place_of_json_is_no_token() -> None:
    with pytest.raises(Rejected):
        await endpoint(lambda _request: httpx.Response(200, text="<html>")).refresh("old", NOW)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("way", "form", "bearer"),
    [("refresh_token", "r", False), ("access_token", "a", False), ("bearer", None, True)],
)
async def test_tokens_are_revoked_the_providers_way(way: str, form: str | None, bearer: bool) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"ok": True})

    assert await endpoint(handler, revoke_with=way).revoke(TokenSet("a", "r"))

    sent = parse_qs(seen[0].content.decode()).get("token")
    assert sent == ([form] if form else None)
    assert (seen[0].headers.get("authorization") == "Bearer a") == bearer


@pytest.mark.anyio
async def test_revoking_what_is_gone_already_is_success_and_an_outage_is_not() -> None:
    assert await endpoint(answering(400, {"error": "invalid_token"})).revoke(TokenSet("a"))
    assert not await endpoint(answering(200, {}), revoke_url=None).revoke(TokenSet("a"))
    with pytest.raises(Unavailable):
        await endpoint(answering(503, {})).revoke(TokenSet("a"))


@pytest.mark.anyio
@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}])
async def test_an_answer_of_any_size_is_read_only_as_far_as_tokens_go(headers: dict[str, str]) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 64 * 1024 * 1024:
            sent += 65536
            yield b"x" * 65536

    def handler(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, content=endless())

    with pytest.raises(Unavailable) as raised:
        await endpoint(handler).refresh("old", NOW)

    assert raised.value.answered is False
    assert sent < 1024 * 1024
