"""Calls to a provider's token endpoint: exchange a code, refresh, revoke. The protocol itself is authlib's."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast

import httpx
from authlib.integrations.base_client import OAuthError as AuthlibError
from authlib.integrations.httpx_client import AsyncOAuth2Client

from oauth.errors import InvalidGrant, OAuthError, Rejected, Unavailable
from oauth.provider import ClientAuth, ClientCredentials, OAuthProvider

_MAX_ANSWER_BYTES = 256 * 1024
_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_AUTH_METHODS = {ClientAuth.BASIC: "client_secret_basic", ClientAuth.BODY: "client_secret_post"}


@dataclass(frozen=True)
class TokenSet:
    """What a provider gave. `expires_at` is None when it did not say; `answer` is everything it sent."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(default=None, repr=False)
    expires_at: datetime | None = None
    scope: str = ""
    issued_at: datetime | None = None
    """When it was given; None for tokens kept before this was noted."""
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class TokenEndpoint:
    """One app registration at one provider. `transport` replaces the network in tests."""

    provider: OAuthProvider
    credentials: ClientCredentials
    timeout: httpx.Timeout = field(default_factory=lambda: _TIMEOUT)
    transport: httpx.AsyncBaseTransport | None = None

    async def exchange(self, code: str, redirect_uri: str, code_verifier: str, now: datetime) -> TokenSet:
        """Tokens for an authorisation code. Raises `InvalidGrant`, `Unavailable` or `Rejected`."""
        parameters = {"code_verifier": code_verifier} if self.provider.pkce else {}
        async with self._client() as client:
            answer = await client.fetch_token(
                self.provider.token_url,
                grant_type="authorization_code",
                code=code,
                redirect_uri=redirect_uri,
                **parameters,
                **self.provider.token_params,
            )
        return _token_set(answer, None, now)

    async def refresh(self, refresh_token: str, now: datetime) -> TokenSet:
        """A new access token, with the old refresh token where none came back.

        Raises `InvalidGrant`, `Unavailable` or `Rejected`.
        """
        async with self._client() as client:
            answer = await client.refresh_token(
                self.provider.token_url, refresh_token=refresh_token, **self.provider.token_params
            )
        return _token_set(answer, refresh_token, now)

    async def for_app(self, now: datetime) -> TokenSet:
        """Tokens of the app itself (RFC 6749, section 4.4). Raises `InvalidGrant`, `Unavailable` or `Rejected`."""
        async with self._client() as client:
            answer = await client.fetch_token(
                self.provider.token_url, grant_type="client_credentials", scope=self.provider.scope
            )
        return _token_set(answer, None, now)

    async def revoke(self, tokens: TokenSet) -> bool:
        """Make the provider forget `tokens`; False when it has no way to. Raises as `refresh` does."""
        if self.provider.revoke_url is None:
            return False
        async with self._client() as client:
            self._require_revoked(await self._revocation(client, self.provider.revoke_url, tokens))
        return True

    async def _revocation(self, client: Any, url: str, tokens: TokenSet) -> httpx.Response:
        if self.provider.revoke_with == "bearer":
            headers = {"Authorization": f"Bearer {tokens.access_token}"}
            answer = await client.request("POST", url, headers=headers, withhold_token=True)
        else:
            wanted = tokens.refresh_token if self.provider.revoke_with == "refresh_token" else None
            answer = await client.revoke_token(url, token=wanted or tokens.access_token)
        return cast("httpx.Response", answer)

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Any]:
        """authlib's client; every failure inside the block leaves it as one of our errors."""
        client = AsyncOAuth2Client(
            client_id=self.credentials.client_id,
            client_secret=self.credentials.client_secret,
            token_endpoint_auth_method=_AUTH_METHODS[self.provider.client_auth],
            revocation_endpoint_auth_method=_AUTH_METHODS[self.provider.client_auth],
            timeout=self.timeout,
            follow_redirects=False,
            headers={"Accept-Encoding": "identity"},
            event_hooks={"response": [_limit]},
            **({"transport": self.transport} if self.transport else _network()),
        )
        for hook in ("access_token_response", "refresh_token_response"):
            client.register_compliance_hook(hook, self._require_usable)
        try:
            async with client:
                yield client
        except AuthlibError as error:
            raise self._refusal(str(error.error or ""), str(error.description or "")) from error
        except httpx.TransportError as error:
            lost = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
            raise Unavailable("the token endpoint could not be reached", answered=not lost) from error
        except httpx.InvalidURL as error:
            raise Rejected("the token endpoint's address is not valid") from error

    def _require_usable(self, answer: httpx.Response) -> httpx.Response:
        """authlib's hook: let through what is an OAuth answer, whatever its status, and nothing else.

        Some providers name a refusal as `status` instead of RFC 6749's `error`.
        """
        _raise_if_unavailable(answer)
        body = _json(answer)
        if body.get("error") or body.get("access_token"):
            return answer
        if isinstance(code := body.get("status"), str) and code:
            raise self._refusal(code)
        raise Rejected(f"the token endpoint answered {answer.status_code} without a token", code="no_token")

    def _refusal(self, code: str, said: str = "") -> OAuthError:
        if code in self.provider.invalid_grant_errors:
            return InvalidGrant("the provider no longer accepts this authorisation", code=code, said=said)
        if code in self.provider.unavailable_errors:
            return Unavailable("the token endpoint asked to try again later", code=code, said=said)
        return Rejected(f"the token endpoint refused the request ({code[:60]})", code=code, said=said)

    def _require_revoked(self, answer: httpx.Response) -> None:
        """RFC 7009 answers 200 also for unknown tokens; some providers answer 400 `invalid_token` instead."""
        _raise_if_unavailable(answer)
        body = _json(answer)
        code = str(body.get("error", ""))
        if code in {"invalid_token", "token_revoked", "unsupported_token_type", *self.provider.invalid_grant_errors}:
            return
        if answer.is_error or code or body.get("ok") is False:
            raise self._refusal(code or str(answer.status_code))


class _Limited(httpx.AsyncByteStream):
    """A body that is never read beyond what a token answer can hold."""

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._inner:
            size += len(chunk)
            if size > _MAX_ANSWER_BYTES:
                # it may have renewed the tokens, so nobody may believe that it did not
                raise Unavailable("the token endpoint's answer is too large", code="too_large", answered=False)
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _limit(answer: httpx.Response) -> None:
    """httpx's hook, before the body is read. A compressed body was not asked for, and could unfold to anything."""
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise Unavailable("the token endpoint's answer is compressed", code="compressed", answered=False)
    answer.stream = _Limited(cast("httpx.AsyncByteStream", answer.stream))


def _raise_if_unavailable(answer: httpx.Response) -> None:
    if answer.status_code == 429 or answer.status_code >= 500:
        raise Unavailable(
            f"the token endpoint answered {answer.status_code}", retry_after=answer.headers.get("retry-after")
        )


def _json(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _token_set(answer: Mapping[str, Any], refresh_token: str | None, now: datetime) -> TokenSet:
    lifetime = answer.get("expires_in")
    return TokenSet(
        access_token=str(answer["access_token"]),
        refresh_token=answer.get("refresh_token") or refresh_token,
        expires_at=now + timedelta(seconds=float(lifetime)) if lifetime else None,
        scope=str(answer.get("scope") or ""),
        issued_at=now,
        answer=dict(answer),
    )


def _network() -> dict[str, Any]:
    """A proxy of the environment is not for addresses on this machine."""
    direct = dict.fromkeys(("all://127.0.0.1", "all://localhost", "all://[::1]"))
    return {"verify": _tls(), "mounts": direct}


@cache
def _tls() -> ssl.SSLContext:
    """Shared, because reading the root certificates takes longer than the call."""
    return httpx.create_ssl_context()
