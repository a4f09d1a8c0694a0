"""Errors that reach a caller over HTTP, each with its status and a stable code.

HubError
├── NotFound            404  no such thing, or somebody else's
├── Forbidden           403  signed in, but not allowed
├── Unauthorized        401  not signed in, or a wrong signature
├── InvalidInput        422  understood but not acceptable; `details` names the fields
├── BadRequest          400  the request cannot be understood
├── Conflict            409  the current state does not allow it
├── Gone                410  it was there, and is no more
├── PayloadTooLarge     413
├── UnsupportedMedia    415  a format that is not taken
├── RateLimited         429  too many calls; `retry_after` says when the next one may come
└── Unavailable         503  come back in a moment
"""

import re
from collections.abc import Mapping
from typing import ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException

from hub.allowed_methods import allowed_methods

_log = structlog.get_logger(__name__)
_API_PATHS = re.compile(r"^/(v1|hooks|healthz|readyz|metrics|\.well-known)(/|$)")
_OAUTH_PATHS = re.compile(r"^/oauth/(token|revoke|introspect)$")
_CODES = {400: "validation_error", 401: "unauthorized", 403: "forbidden", 404: "not_found", 405: "method_not_allowed",
          408: "timeout", 409: "conflict", 413: "payload_too_large", 422: "validation_error",
          429: "rate_limited"}  # fmt: skip


class HubError(Exception):
    """What a caller did wrong, or cannot have. The message is for people and holds no secrets."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, details: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        self.headers: Mapping[str, str] = {}


class NotFound(HubError):
    """There is no such thing for this organisation."""

    status = 404
    code = "not_found"


class Forbidden(HubError):
    """The caller may not do this."""

    status = 403
    code = "forbidden"


class Unauthorized(HubError):
    """The caller did not prove who they are."""

    status = 401
    code = "unauthorized"


class InvalidInput(HubError):
    """The request is well-formed but cannot be accepted."""

    status = 422
    code = "validation_error"


class Conflict(HubError):
    """The thing is in a state that does not allow this."""

    status = 409
    code = "conflict"


class PayloadTooLarge(HubError):
    """The body is over the limit."""

    status = 413
    code = "payload_too_large"


class BadRequest(HubError):
    """The request is not even well-formed."""

    status = 400
    code = "validation_error"


class Gone(HubError):
    """It existed and was removed."""

    status = 410
    code = "gone"


class UnsupportedMedia(HubError):
    """The format is not one that is taken."""

    status = 415
    code = "unsupported_media_type"


class RateLimited(HubError):
    """Too many calls; the next one may come after `retry_after` seconds."""

    status = 429
    code = "rate_limited"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message, {"retry_after_s": retry_after})
        self.headers = {"Retry-After": str(retry_after)}


class Unavailable(HubError):
    """Nothing is wrong with the request, but it cannot be served right now."""

    status = 503
    code = "unavailable"

    def __init__(self, message: str, retry_after: int = 5) -> None:
        super().__init__(message)
        self.headers = {"Retry-After": str(retry_after)}


def install(app: FastAPI) -> None:
    """Answer every error in one shape on API paths, and in plain words elsewhere."""
    app.add_exception_handler(HubError, _hub_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(DataError, _unstorable)
    app.add_exception_handler(Exception, _unexpected)


async def _hub_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HubError)  # noqa: S101 registered for this class only
    return answer(request, error.status, error.code, error.message, error.details, error.headers)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 registered for this class only
    code = _CODES.get(error.status_code, "internal_error" if error.status_code >= 500 else "bad_request")
    headers = error.headers
    if error.status_code == 405 and (methods := allowed_methods(request.app, request.url.path)):
        headers = {"Allow": methods}
    return answer(request, error.status_code, code, str(error.detail), headers=headers)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 registered for this class only
    fields = {".".join(map(str, item["loc"])): item["msg"] for item in error.errors()}
    return answer(request, 422, "validation_error", "Some fields are missing or wrong.", {"fields": fields})


async def _unstorable(request: Request, _error: Exception) -> Response:
    """What no column can hold, such as a NUL character, came from the caller."""
    return answer(request, 422, "validation_error", "Some of it holds characters or numbers that cannot be stored.")


async def _unexpected(request: Request, error: Exception) -> Response:
    _log.error("request.failed", path=request.url.path, request_id=request_id(request), exc_info=error)
    return answer(request, 500, "internal_error", "Something went wrong on our side. Quote the request id to support.")


def request_id(request: Request) -> str:
    """The id that logs and answers share."""
    return str(getattr(request.state, "request_id", ""))


def answer(
    request: Request,
    status: int,
    code: str,
    message: str,
    details: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error answer in the shape this path's callers expect."""
    if status in {204, 304} or 300 <= status < 400:
        return Response(status_code=status, headers=dict(headers or {}))
    all_headers = {**(headers or {}), "X-Request-Id": request_id(request)}
    if _OAUTH_PATHS.match(request.url.path):
        told = {"error": "server_error" if status >= 500 else "invalid_request", "error_description": message}
        return JSONResponse(told, status_code=status, headers=all_headers)
    if not _API_PATHS.match(request.url.path):
        return _for_people(request, status, message, all_headers)
    error: dict[str, object] = {"code": code, "message": message, "request_id": request_id(request)}
    if details:
        error["details"] = dict(details)
    return JSONResponse({"error": error}, status_code=status, headers=all_headers)


def _for_people(request: Request, status: int, message: str, headers: Mapping[str, str]) -> Response:
    """A page where the console registered how to draw one, else plain text."""
    draw = getattr(request.app.state, "error_page", None)
    if draw is None or "text/html" not in request.headers.get("accept", ""):
        return PlainTextResponse(message, status_code=status, headers=dict(headers))
    response: Response = draw(request, status, message)
    response.headers.update(headers)
    return response
