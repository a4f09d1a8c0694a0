"""Errors out of what the hub answered, whichever way it came: over HTTP, in a refused handshake, in a message."""

import email.utils
import json
import time
from collections.abc import Mapping
from typing import Any

from echodepth.errors import ApiError, EchoDepthError, UnexpectedAnswer, error_class

_AN_ERROR = 400
_STATUS: Mapping[str, int] = {"rate_limited": 429, "frame_too_large": 413, "internal_error": 500, "unavailable": 503}


def error_of(status: int, headers: Mapping[str, str], body: bytes, url: object) -> EchoDepthError:
    """The error of an HTTP answer that is no success. `headers` has lower-case names."""
    if status < _AN_ERROR:
        return unexpected(url, headers.get("content-type"))
    told = _told(body)
    return api_error(told or {"message": _plainly(body)}, status=status, headers=headers)


def api_error(told: Mapping[str, Any], *, status: int, headers: Mapping[str, str] | None = None) -> ApiError:
    """The error that `told` (the object named `error` in answers and messages) describes."""
    headers = headers or {}
    code = str(told.get("code") or f"http_{status}")
    details = told.get("details")
    return error_class(status, code)(
        str(told.get("message") or f"The hub answered {status}."),
        status=status,
        code=code,
        request_id=told.get("request_id") or headers.get("x-request-id"),
        details=details if isinstance(details, Mapping) else None,
        retry_after=retry_after(headers.get("retry-after")),
        headers=headers,
    )


def message_error(told: Mapping[str, Any]) -> ApiError:
    """The error of a message in a stream, by the status that its code has over HTTP."""
    wait = (told.get("details") or {}).get("retry_after_s")
    headers = {} if wait is None else {"retry-after": str(wait)}
    return api_error(told, status=_STATUS.get(str(told.get("code")), 422), headers=headers)


def unexpected(url: object, content_type: str | None) -> UnexpectedAnswer:
    """The error of an answer that is none of the hub's."""
    return UnexpectedAnswer(
        f"The answer of {url} ({content_type or 'of no type'}) is not one of the hub: check the base URL, and whether "
        "a proxy or a sign-in page answers instead. If the hub is newer than this client, bring the client up to date."
    )


def retry_after(text: str | None) -> float | None:
    """Seconds to wait: the header holds them, or a date (RFC 9110, section 10.2.3)."""
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        return _until(text)


def _until(text: str) -> float | None:
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None


def _told(body: bytes) -> Mapping[str, Any] | None:
    """The error object; None where something between here and the hub answered in its own way."""
    try:
        told = json.loads(body)
    except ValueError:
        return None
    error = told.get("error") if isinstance(told, dict) else None
    return error if isinstance(error, dict) else None


def _plainly(body: bytes) -> str:
    return body[:200].decode(errors="replace").strip()
