"""From an HTTP answer of a provider to one of the errors in `connectors.base.errors`. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.base.errors import (
    AuthorizationLost,
    ConnectorError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
    Temporary,
)
from connectors.base.manifest import ErrorCodes

_CODE_KEYS = ("errorCode", "code", "statusCode", "error", "category")
_MESSAGE_KEYS = ("message", "errorMessage", "error_description", "detail", "reason")
_MESSAGE_LIMIT = 300
_FAILED_FROM = 300
_UNAVAILABLE = {408, 423, 425, 500, 502, 503, 504}
_DOES: Mapping[type[ConnectorError], str] = {
    AuthorizationLost: "no longer accepts this connection",
    RateLimited: "asks to wait",
    ProviderUnavailable: "is unavailable",
    RequestRejected: "refused",
}


def error_for(
    provider: str, status: int, headers: Mapping[str, str], body: bytes, now: datetime, codes: ErrorCodes
) -> ConnectorError:
    """The error for an answer of 400 and above; the provider's code decides before the status does."""
    code, message = read_error(body)
    return classify(provider, message, code, status, retry_after(headers, now), codes)


def classify(
    provider: str, words: str, code: str | None, status: int, wait_s: float | None, codes: ErrorCodes
) -> ConnectorError:
    """The error that `code` or else `status` stands for; `wait_s` is what the provider asked to wait."""
    kind = _kind(code, status, codes)
    number = f" ({status})" if status >= _FAILED_FROM else ""
    text = f"{provider} {_DOES[kind]}{number}" + (f": {words}" if words else "")
    if issubclass(kind, Temporary):
        return kind(text, retry_after=wait_s, code=code, status=status)
    return kind(text, code=code, status=status)


def _kind(code: str | None, status: int, codes: ErrorCodes) -> type[ConnectorError]:
    if code in codes.authorization_lost:
        return AuthorizationLost
    if code in codes.rate_limited or (status == 429 and code not in codes.unavailable):
        return RateLimited
    if code in codes.unavailable or status in _UNAVAILABLE or status > 504:
        return ProviderUnavailable
    return AuthorizationLost if status == 401 else RequestRejected


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait by the Retry-After header: seconds, an HTTP date or an ISO instant; None when it says nothing."""
    value = next((given for name, given in headers.items() if name.lower() == "retry-after"), "").strip()
    if not value:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d+)?", value, re.ASCII):
        return float(value)
    moment = _moment(value)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def read_error(body: bytes) -> tuple[str | None, str]:
    """Code and message of a JSON error body in any of the usual shapes."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None, ""
    fault = _fault(value)
    code = next((str(fault[key]) for key in _CODE_KEYS if isinstance(fault.get(key), str | int)), None)
    message = next((fault[key] for key in _MESSAGE_KEYS if isinstance(fault.get(key), str)), code or "")
    return code, message[:_MESSAGE_LIMIT]


def _fault(value: Any) -> Mapping[str, Any]:
    """The object that describes the error: the first of a list, or the one under `error`."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return {}
    inner = value.get("error")
    return inner if isinstance(inner, dict) else value


def _moment(value: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
