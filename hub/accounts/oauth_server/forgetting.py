"""Deletes what can open nothing any more, in small batches."""

from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from hub.accounts.oauth_server.models import OAuthGrant, OAuthToken
from hub.runtime import Runtime

_BATCH: Final = 500


def forget_expired_tokens(runtime: Runtime) -> int:
    """Delete tokens past their time, then consents without any; gives how many rows.

    A used refresh token stays until its time is over, so that a second use is noticed as long as the token could have
    worked.
    """
    expired = col(OAuthToken.expires_at) < runtime.clock()
    empty = ~select(OAuthToken.id).where(col(OAuthToken.grant_id) == col(OAuthGrant.id)).exists()
    over = (col(OAuthGrant.code_expires_at) < runtime.clock()) & empty
    return _delete(runtime, OAuthToken, expired) + _delete(runtime, OAuthGrant, over)


def _delete(runtime: Runtime, model: type[Any], condition: Any) -> int:
    total = 0
    while True:
        with runtime.database.transaction() as session:
            ids = session.exec(select(model.id).where(condition).limit(_BATCH)).all()
            session.connection().execute(sa.delete(model).where(model.id.in_(ids)))
        total += len(ids)
        if len(ids) < _BATCH:
            return total
