"""Token sets at rest: JSON, sealed for one connection's row."""

import json
from datetime import datetime

from hub.kit.crypto import Vault
from oauth.tokens import TokenSet


def seal_tokens(vault: Vault, connection_id: str, tokens: TokenSet) -> str:
    """`tokens` in the form `Connection.tokens` holds; the rest of the provider's answer is dropped."""
    kept = {
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_at": tokens.expires_at.isoformat() if tokens.expires_at else None,
        "scope": tokens.scope,
        "issued_at": tokens.issued_at.isoformat() if tokens.issued_at else None,
    }
    return vault.seal(json.dumps(kept).encode(), tokens_context(connection_id))


def open_tokens(vault: Vault, connection_id: str, sealed: str) -> TokenSet:
    """What `seal_tokens` sealed. Raises `SealedValueError`."""
    kept = json.loads(vault.open(sealed, tokens_context(connection_id)))
    expires_at, issued_at = (_moment(kept.get(name)) for name in ("expires_at", "issued_at"))
    return TokenSet(
        access_token=kept["access_token"],
        refresh_token=kept["refresh_token"],
        expires_at=expires_at,
        scope=kept["scope"],
        issued_at=issued_at,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def tokens_context(connection_id: str) -> str:
    """What a connection's sealed tokens are bound to."""
    return f"connection:{connection_id}:tokens"
