"""Slack's answers as connector errors. Most failures come with status 200 and `ok: false`: the code decides."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from connectors.base import http
from connectors.base.errors import ConnectorError, ProviderUnavailable
from connectors.base.manifest import load_manifest

TOKEN_EXPIRED = "token_expired"  # noqa: S105 an error code, not a secret
_CODES: Final = load_manifest(Path(__file__).with_name("manifest.toml")).errors
_WORDS = {
    "team_added_to_org": "the workspace is being moved into an organisation",
    "org_login_required": "the workspace is being moved into an organisation",
    "external_channel_migrating": "the channel is being moved",
    "message_limit_exceeded": "too many messages are being sent in this workspace",
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
    if not body and status < 300:  # a page of something in between, say
        return ProviderUnavailable("Slack sent something that is not JSON", status=status)
    code = str(body.get("error") or "")
    wait_s = http.retry_after(headers, datetime.now(UTC))
    return http.classify("Slack", _words(code, body), code or None, status, wait_s, _CODES)


def _words(code: str, body: Mapping[str, Any]) -> str:
    if code == "missing_scope":
        return f"the app lacks the scope {body.get('needed', '')}; connect Slack again to grant it"
    details = body.get("errors") or (body.get("response_metadata") or {}).get("messages") or []
    return "; ".join([_WORDS.get(code, code), *map(str, details)]) if code else ""
