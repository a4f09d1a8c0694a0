"""What an access token opens, at this moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from hub.accounts.models import ApiKey, Membership
from hub.accounts.oauth_server.models import OAuthClient, OAuthGrant, OAuthToken, TokenKind
from hub.accounts.scopes import scopes_of

_NOTE_USE_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True)
class AppAccess:
    """`key` counts for the app. `scopes` are what was allowed, as far as the member may still do it themselves."""

    key: ApiKey
    grant_id: str
    scopes: frozenset[str]
    expires_at: datetime


def find_access(session: Session, token_hash: str, now: datetime) -> AppAccess | None:
    """None for a token that is unknown, expired or revoked, or whose app, consent or member is gone."""
    statement = (
        select(OAuthToken, OAuthGrant, ApiKey, Membership)
        .join(OAuthGrant, col(OAuthGrant.id) == col(OAuthToken.grant_id))
        .join(OAuthClient, col(OAuthClient.id) == col(OAuthGrant.client_id))
        .join(ApiKey, col(ApiKey.id) == col(OAuthGrant.key_id))
        .join(
            Membership,
            (col(Membership.user_id) == col(OAuthGrant.user_id))
            & (col(Membership.organisation_id) == col(OAuthGrant.organisation_id)),
        )
        .where(OAuthToken.token_hash == token_hash, OAuthToken.kind == TokenKind.ACCESS.value)
        .where(col(OAuthToken.expires_at) > now)
        .where(*(col(model.revoked_at).is_(None) for model in (OAuthToken, OAuthGrant, OAuthClient, ApiKey)))
    )
    found = session.exec(statement).first()
    if found is None:
        return None
    token, grant, key, membership = found
    for row in (grant, key):
        if row.last_used_at is None or now - row.last_used_at >= _NOTE_USE_EVERY:
            row.last_used_at = now
    return AppAccess(key, grant.id, frozenset(token.scopes) & scopes_of(membership.role), token.expires_at)
