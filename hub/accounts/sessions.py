"""Signed-in browsers: opened at sign-in, found by cookie, ended by deletion."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from hub.accounts import csrf
from hub.accounts.models import ConsoleSession, Membership, Organisation, Role, User
from hub.accounts.tokens import hash_token, new_token

LIFETIME = timedelta(days=7)
_USER_AGENT_LENGTH = 200


@dataclass(frozen=True)
class Member:
    """The person behind a request, in the organisation they signed in to."""

    user_id: str
    email: str
    name: str
    organisation_id: str
    organisation_name: str
    role: Role
    session_id: str
    csrf_secret: str = field(repr=False)

    @property
    def csrf_token(self) -> str:
        """A fresh token for a form; see `hub.accounts.csrf`."""
        return csrf.issue(self.csrf_secret)

    @property
    def is_admin(self) -> bool:
        """Whether this member may connect accounts and change settings."""
        return self.role in {Role.OWNER, Role.ADMIN}


def open_session(session: Session, membership: Membership, *, user_agent: str, now: datetime) -> str:
    """Start a console session and return its cookie token, which is stored nowhere else."""
    session.exec(delete(ConsoleSession).where(col(ConsoleSession.expires_at) <= now))
    token = new_token()
    row = ConsoleSession(
        organisation_id=membership.organisation_id,
        user_id=membership.user_id,
        token_hash=hash_token(token),
        csrf_token=secrets.token_urlsafe(24),
        user_agent=user_agent[:_USER_AGENT_LENGTH],
        created_at=now,
        expires_at=now + LIFETIME,
    )
    session.add(row)
    return token


def find_member(session: Session, token: str, now: datetime) -> Member | None:
    """Who holds this cookie token; None when it is unknown, ended or expired, or the membership is gone."""
    statement = (
        select(ConsoleSession, User, Membership, Organisation)
        .join(User, col(User.id) == col(ConsoleSession.user_id))
        .join(
            Membership,
            (col(Membership.user_id) == col(ConsoleSession.user_id))
            & (col(Membership.organisation_id) == col(ConsoleSession.organisation_id)),
        )
        .join(Organisation, col(Organisation.id) == col(ConsoleSession.organisation_id))
        .where(ConsoleSession.token_hash == hash_token(token), col(ConsoleSession.expires_at) > now)
    )
    found = session.exec(statement).first()
    return _member(*found) if found else None


def close_session(session: Session, token: str) -> None:
    """End the session behind this cookie token, if there is one."""
    session.exec(delete(ConsoleSession).where(col(ConsoleSession.token_hash) == hash_token(token)))


def _member(row: ConsoleSession, user: User, membership: Membership, organisation: Organisation) -> Member:
    return Member(
        user_id=user.id,
        email=user.email,
        name=user.name,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        role=membership.role,
        session_id=row.id,
        csrf_secret=row.csrf_token,
    )
