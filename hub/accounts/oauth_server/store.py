"""Rows of the authorisation server, found by what callers show. A `Moment` is one transaction at one point in time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from hub.accounts import audit
from hub.accounts.models import ApiKey, Membership
from hub.accounts.oauth_server.models import OAuthClient, OAuthGrant, OAuthToken
from hub.accounts.oauth_server.views import ClientView, TokenView
from hub.accounts.tokens import hash_token, new_token
from hub.kit.insert import insert_once

REUSED: Final = "app.reuse_detected"


@dataclass(frozen=True)
class Moment:
    """The caller's transaction, and now."""

    session: Session
    now: datetime

    def client(self, client_id: str) -> ClientView | None:
        """An app that may still be used."""
        row = self.session.get(OAuthClient, client_id)
        return ClientView(row) if row is not None and row.revoked_at is None else None

    def membership(self, grant: OAuthGrant) -> Membership | None:
        """The membership of whoever allowed it; None once they were removed."""
        statement = select(Membership).where(
            Membership.organisation_id == grant.organisation_id, Membership.user_id == grant.user_id
        )
        return self.session.exec(statement).first()

    def grant_of_code(self, code: str) -> OAuthGrant | None:
        """The consent behind a code, used and expired ones included."""
        return self.session.exec(select(OAuthGrant).where(OAuthGrant.code_hash == hash_token(code))).first()

    def token(self, token: str) -> TokenView | None:
        """A token of either kind, used and expired ones included."""
        statement = (
            select(OAuthToken, OAuthGrant)
            .join(OAuthGrant, col(OAuthGrant.id) == col(OAuthToken.grant_id))
            .where(OAuthToken.token_hash == hash_token(token))
        )
        found = self.session.exec(statement).first()
        if found is None:
            return None
        row, grant = found
        return TokenView(row, grant, self.stands(grant), self.now)

    def stands(self, grant: OAuthGrant) -> bool:
        """Whether a consent still holds: not revoked, its app not ended, its member still a member."""
        if grant.revoked_at is not None or self.client(grant.client_id) is None:
            return False
        return self.membership(grant) is not None

    def use_code(self, grant: OAuthGrant) -> bool:
        """Mark the code as used; false when somebody else did first."""
        return self._claim(OAuthGrant, grant.id, OAuthGrant.code_used_at)

    def use_token(self, row: OAuthToken) -> bool:
        """Mark a refresh token as used; false when somebody else did first."""
        return self._claim(OAuthToken, row.id, OAuthToken.used_at)

    def end_family(self, grant: OAuthGrant, reason: str) -> None:
        """A code or refresh token was shown twice, so a copy is about: end everything that came of the consent."""
        if grant.revoked_at is None:
            grant.revoked_at = self.now
            details = {"client_id": grant.client_id, "user_id": grant.user_id, "reason": reason}
            audit.record(
                self.session, organisation_id=grant.organisation_id, actor="hub", action=REUSED, subject=grant.id,
                at=self.now, details=details,
            )  # fmt: skip

    def end(self, grant: OAuthGrant, *, actor: str) -> None:
        """Somebody takes a consent back: every token of it stops working."""
        if grant.revoked_at is None:
            grant.revoked_at = self.now
            details = {"client_id": grant.client_id, "user_id": grant.user_id}
            audit.record(
                self.session, organisation_id=grant.organisation_id, actor=actor, action="app.revoked",
                subject=grant.id, at=self.now, details=details,
            )  # fmt: skip

    def key_of_app(self, organisation_id: str, client: OAuthClient) -> str:
        """The id of the key that counts for an app in an organisation, made at first use. It has no secret."""
        row = ApiKey(
            organisation_id=organisation_id,
            client_id=client.id,
            name=client.name,
            plan=client.plan,
            key_hash=hash_token(new_token()),
            hint="",
            scopes=sorted(client.scopes),
            created_at=self.now,
        )
        insert_once(self.session, row, on=("organisation_id", "client_id"))
        own = (ApiKey.organisation_id == organisation_id, ApiKey.client_id == client.id)
        return self.session.exec(select(ApiKey.id).where(*own)).one()

    def _claim(self, model: type[Any], row_id: str, column: Any) -> bool:
        self.session.flush()
        unused = (model.id == row_id) & col(column).is_(None)
        statement = sa.update(model).where(unused).values({column.key: self.now})
        return self.session.connection().execute(statement).rowcount == 1
