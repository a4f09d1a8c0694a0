"""Answers of a token endpoint, read as when access is renewed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from connectors.base.errors import ConnectorError
from connectors.base.manifest import Manifest
from connectors.base.recorded import Recorded
from hub.connections.facts import account_facts
from hub.connections.replay.outcome import Outcome, failed, response
from hub.connections.service.refresh import as_connector_error
from oauth.errors import OAuthError
from oauth.provider import ClientCredentials
from oauth.tokens import TokenEndpoint, TokenSet

_OLD: Final = "replayed"
_RFC_6749: Final = frozenset(
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"}
    | {"invalid_scope", "access_denied", "server_error", "temporarily_unavailable"}
)


def is_token_answer(manifest: Manifest, recorded: Recorded) -> bool:
    """Whether a token endpoint said this: by the address that was asked, or by what the body holds."""
    if manifest.oauth is None:
        return False
    if recorded.path:
        return recorded.path == urlsplit(manifest.oauth_provider({}).token_url).path
    body = recorded.value if isinstance(recorded.value, dict) else {}
    return isinstance(body.get("access_token"), str) or _refuses(manifest, body)


async def replay_token(manifest: Manifest, recorded: Recorded, now: datetime) -> Outcome:
    """What a renewal makes of the answer."""
    endpoint = TokenEndpoint(
        manifest.oauth_provider({}), ClientCredentials("replay", "replay"), transport=_answering(recorded)
    )
    try:
        tokens = await endpoint.refresh(_OLD, now)
        facts = account_facts(manifest, manifest.hosts, tokens.answer)
    except OAuthError as error:
        return failed(as_connector_error(error, now))
    except ConnectorError as error:
        return failed(error)
    return response({"token": _told(manifest, tokens, facts, now)})


def _told(manifest: Manifest, tokens: TokenSet, facts: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """The answer without its secrets."""
    section = manifest.oauth
    separator = section.scope_separator if section else " "
    granted = set(tokens.scope.replace(separator, " ").split())
    asked = [scope.name for scope in section.scopes] if section else []
    lifetime = (tokens.expires_at - now).total_seconds() if tokens.expires_at else None
    return {
        "expires_in_s": lifetime,
        "new_refresh_token": tokens.refresh_token != _OLD,
        "scopes": sorted(granted),
        "missing_scopes": [name for name in asked if granted and name not in granted],
        "account": facts,
    }


def _refuses(manifest: Manifest, body: Mapping[str, Any]) -> bool:
    """Whether the body speaks a token endpoint's words and not those of the provider's API."""
    said = [code for name in ("error", "status") if isinstance(code := body.get(name), str)]
    section, api = manifest.oauth, manifest.errors
    own = {*section.errors.invalid_grant, *section.errors.unavailable} if section else set()
    own -= {*api.rate_limited, *api.unavailable, *api.authorization_lost}
    return any(code in _RFC_6749 or code in own for code in said)


def _answering(recorded: Recorded) -> httpx.MockTransport:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(recorded.status or 200, headers=recorded.sendable_headers(), content=recorded.body)

    return httpx.MockTransport(answer)
