"""What apps call: `/oauth/token`, `/oauth/revoke`, `/oauth/introspect` and the metadata. Errors follow RFC 6749."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any, Final

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from hub.accounts.dependencies import CurrentRuntime
from hub.accounts.oauth_server.documents import (
    INTROSPECTION,
    METADATA,
    REVOCATION,
    TOKEN,
    IntrospectionAnswer,
    ServerMetadata,
    TokenAnswer,
)
from hub.accounts.oauth_server.guessing import count_failure, wait_s
from hub.accounts.oauth_server.server import ALL_METHODS, SECRET_METHODS, Server
from hub.accounts.oauth_server.store import Moment
from hub.accounts.oauth_server.wire import Answer, Call
from hub.accounts.scopes import APP_SCOPES
from hub.runtime import Runtime

router = APIRouter(tags=["Apps"])

_FORM: Final = "application/x-www-form-urlencoded"
_CHALLENGE: Final = 'Basic realm="EchoDepth Hub"'
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}

Endpoint = Callable[[Server, Call], Answer]


@router.post("/oauth/token", response_model=TokenAnswer, **TOKEN)
async def token(request: Request, runtime: CurrentRuntime) -> Response:
    """Tokens for a code (`authorization_code`) or for a refresh token, which is used up by that."""
    return await _serve(request, runtime, lambda server, call: server.create_token_response(call))


@router.post("/oauth/revoke", **REVOCATION)
async def revoke(request: Request, runtime: CurrentRuntime) -> Response:
    """Give up a token; with a refresh token goes every token of the same consent (RFC 7009)."""
    return await _serve(request, runtime, lambda server, call: server.create_endpoint_response("revocation", call))


@router.post("/oauth/introspect", response_model=IntrospectionAnswer, **INTROSPECTION)
async def introspect(request: Request, runtime: CurrentRuntime) -> Response:
    """Whether a token of the asking app, which has to have a secret, is still good (RFC 7662)."""
    return await _serve(request, runtime, lambda server, call: server.create_endpoint_response("introspection", call))


@router.get("/.well-known/oauth-authorization-server", **METADATA)
async def metadata(runtime: CurrentRuntime) -> ServerMetadata:
    """Where everything is, for clients that set themselves up (RFC 8414)."""
    base = runtime.settings.base_url
    return ServerMetadata(
        issuer=base,
        authorization_endpoint=f"{base}/oauth/authorize",
        token_endpoint=f"{base}/oauth/token",
        revocation_endpoint=f"{base}/oauth/revoke",
        introspection_endpoint=f"{base}/oauth/introspect",
        service_documentation=f"{base}/docs",
        scopes_supported=list(APP_SCOPES),
        token_endpoint_auth_methods_supported=list(ALL_METHODS),
        revocation_endpoint_auth_methods_supported=list(ALL_METHODS),
        introspection_endpoint_auth_methods_supported=list(SECRET_METHODS),
    )


async def _serve(request: Request, runtime: Runtime, endpoint: Endpoint) -> Response:
    address = request.client.host if request.client else ""
    wait = await asyncio.to_thread(wait_s, runtime, address)
    if wait:
        return _too_many(wait)
    pairs = await _form(request)
    answer = await asyncio.to_thread(_answer, runtime, _headers(request), pairs, endpoint)
    if answer.status >= 400:
        await asyncio.to_thread(count_failure, runtime, address)
    headers = {**_NO_STORE, **answer.headers}
    if answer.status >= 400 and answer.body["error"] == "invalid_client":
        # 401 also where the app sent no header (RFC 7662, section 2.3; RFC 6749, section 5.2, allows it)
        return JSONResponse(answer.body, 401, {"WWW-Authenticate": _CHALLENGE, **headers})
    return JSONResponse(answer.body, answer.status, headers)


def _answer(
    runtime: Runtime, headers: Mapping[str, str], pairs: list[tuple[str, str]] | None, endpoint: Endpoint
) -> Answer:
    with runtime.database.transaction() as session:
        server = Server(Moment(session, runtime.clock()), runtime.settings.base_url)
        try:
            if pairs is None:
                raise InvalidRequestError(f"Send the parameters as {_FORM}.")
            return endpoint(server, Call("POST", pairs, headers))
        except OAuth2Error as error:
            return server.refusal(error)


async def _form(request: Request) -> list[tuple[str, str]] | None:
    """The body's parameters; None when it is no form. Those of the address do not count: they end up in logs."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        return None
    return [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]


def _headers(request: Request) -> Mapping[str, str]:
    """The credentials, where they can be read at all: authlib takes it for granted that they are base64 of text."""
    given = request.headers.get("authorization", "")
    try:
        base64.b64decode(given.partition(" ")[2], validate=True).decode()
    except (binascii.Error, ValueError):
        return {}
    return {"Authorization": given}


def _too_many(wait: int) -> Response:
    body: dict[str, Any] = {
        "error": "temporarily_unavailable",
        "error_description": "Too many requests from this address failed. Try again later.",
    }
    return JSONResponse(body, 429, {**_NO_STORE, "Retry-After": str(wait)})
