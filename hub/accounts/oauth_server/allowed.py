"""Which apps act for whom: what members see, take back, and what goes with them when they leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from hub.accounts import audit
from hub.accounts.models import Membership, User
from hub.accounts.oauth_server.models import OAuthClient, OAuthGrant
from hub.accounts.oauth_server.store import Moment
from hub.errors import NotFound


@dataclass(frozen=True)
class AllowedApp:
    """One app that one member allowed; `grant_id` names any one of their consents."""

    grant_id: str
    client: OAuthClient
    user: User
    scopes: Sequence[str]
    since: datetime
    last_used_at: datetime | None


def allowed_apps(session: Session, organisation_id: str, *, user_id: str | None = None) -> Sequence[AllowedApp]:
    """Consents that stand, one row for each app and member, newest first; of one member, or of all."""
    statement = (
        select(OAuthGrant, OAuthClient, User)
        .join(OAuthClient, col(OAuthClient.id) == col(OAuthGrant.client_id))
        .join(User, col(User.id) == col(OAuthGrant.user_id))
        .join(
            Membership,
            (col(Membership.user_id) == col(OAuthGrant.user_id))
            & (col(Membership.organisation_id) == col(OAuthGrant.organisation_id)),
        )
        .where(
            OAuthGrant.organisation_id == organisation_id,
            col(OAuthGrant.revoked_at).is_(None),
            col(OAuthGrant.code_used_at).is_not(None),
            col(OAuthClient.revoked_at).is_(None),
        )
    )
    if user_id is not None:
        statement = statement.where(OAuthGrant.user_id == user_id)
    rows = session.exec(statement.order_by(col(OAuthGrant.id))).all()
    found: dict[tuple[str, str], AllowedApp] = {}
    for grant, client, user in rows:
        found[client.id, user.id] = _joined(found.get((client.id, user.id)), grant, client, user)
    return list(reversed(found.values()))


def _joined(former: AllowedApp | None, grant: OAuthGrant, client: OAuthClient, user: User) -> AllowedApp:
    """Several consents of one member to one app, as people see them: one."""
    scopes = sorted({*grant.scopes, *(former.scopes if former else ())})
    uses = [moment for moment in (grant.last_used_at, former.last_used_at if former else None) if moment]
    since = former.since if former else grant.created_at
    return AllowedApp(grant.id, client, user, scopes, since, max(uses, default=None))


def take_back(
    session: Session, organisation_id: str, grant_id: str, *, actor: str, own_only: bool, now: datetime
) -> None:
    """End all that the member of this consent allowed its app.

    Raises `NotFound` where there is no such consent, or it is another member's and `own_only` is set.
    """
    own = (OAuthGrant.organisation_id == organisation_id, OAuthGrant.id == grant_id)
    grant = session.exec(select(OAuthGrant).where(*own)).first()
    if grant is None or (own_only and grant.user_id != actor):
        raise NotFound("There is no such app.")
    moment = Moment(session, now)
    same = (OAuthGrant.client_id == grant.client_id, OAuthGrant.user_id == grant.user_id)
    for each in session.exec(select(OAuthGrant).where(OAuthGrant.organisation_id == organisation_id, *same)).all():
        moment.end(each, actor=actor)


def end_grants_of(session: Session, organisation_id: str, user_id: str, now: datetime) -> None:
    """A member leaves, and what they allowed ends with that."""
    theirs = (col(OAuthGrant.organisation_id) == organisation_id) & (col(OAuthGrant.user_id) == user_id)
    standing = col(OAuthGrant.revoked_at).is_(None)
    session.connection().execute(sa.update(OAuthGrant).where(theirs, standing).values(revoked_at=now))


def record_consent(session: Session, grant: OAuthGrant, client: OAuthClient) -> None:
    """Who allowed which app what."""
    details = {"client_id": client.id, "name": client.name, "scopes": grant.scopes}
    audit.record(
        session, organisation_id=grant.organisation_id, actor=grant.user_id, action="app.allowed", subject=grant.id,
        at=grant.created_at, details=details,
    )  # fmt: skip
