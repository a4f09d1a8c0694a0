"""Slack's answers as connector errors. Most failures come with status 200 and `ok: false`: the code decides."""

from collections.abc import Mapping
from typing import Any

from connectors.base.errors import (
    AuthorizationLost,
    ConnectorError,
    ProviderUnavailable,
    RateLimited,
    RequestRejected,
)

TOKEN_EXPIRED = "token_expired"  # noqa: S105 an error code, not a secret
_AUTHORIZATION_CODES = frozenset(
    {"token_revoked", "account_inactive", "invalid_auth", "not_authed", "team_access_not_granted", TOKEN_EXPIRED}
)
_LIMIT_CODES = frozenset({"ratelimited", "rate_limited"})
_BUSY_CODES = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_WORDS = {
    "account_inactive": "the app was removed from the workspace",
    "token_revoked": "the app's access was revoked",
    "channel_not_found": "the channel was deleted, or is private and the app was not invited: /invite it there",
    "is_archived": "the channel is archived",
    "not_in_channel": "the app is not in the channel: /invite it there",
    "method_not_supported_for_channel_type": "the app cannot join a private channel: /invite it there",
    "restricted_action": "the workspace does not let the app post in this channel",
    "msg_too_long": "the message is too long",
    "invalid_blocks": "the message template gives blocks that Slack does not accept",
}


def classify(status: int, headers: Mapping[str, str], body: Mapping[str, Any]) -> ConnectorError:
    """The error for one answer that is not `ok`. `body` is empty when it was not JSON."""
    code = str(body.get("error") or "")
    words = _words(code, body) or f"status {status}"
    if code in _LIMIT_CODES or status == 429:
        return RateLimited("Slack asks to wait", retry_after=_retry_after(headers), code=code or None, status=status)
    if code in _AUTHORIZATION_CODES or status == 401:
        return AuthorizationLost(f"Slack no longer accepts this connection: {words}", code=code, status=status)
    unreadable = not body and status < 300  # a page of something in between, say
    if code in _BUSY_CODES or status >= 500 or unreadable:
        return ProviderUnavailable(f"Slack is unavailable: {words}", code=code or None, status=status)
    return RequestRejected(f"Slack refused: {words}", code=code or None, status=status)


def _words(code: str, body: Mapping[str, Any]) -> str:
    if code == "missing_scope":
        return f"the app lacks the scope {body.get('needed', '')}; connect Slack again to grant it"
    details = body.get("errors") or (body.get("response_metadata") or {}).get("messages") or []
    return "; ".join([_WORDS.get(code, code), *map(str, details)]) if code else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(value) if value.isdigit() else None
