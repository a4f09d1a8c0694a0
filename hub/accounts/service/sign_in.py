"""Signing in and out."""

from datetime import datetime

from sqlmodel import Session, select

from hub.accounts import audit, throttle
from hub.accounts.errors import WrongCredentials
from hub.accounts.models import Membership, User
from hub.accounts.passwords import hash_password, is_outdated, matches
from hub.accounts.sessions import Member, close_session, open_session
from hub.runtime import Runtime


def sign_in(
    runtime: Runtime, *, email: str, password: str, address: str, user_agent: str, former_token: str | None
) -> str:
    """Check the password and open a fresh session; the browser's former one ends. Gives the cookie token.

    Raises `WrongCredentials` or `TooManyAttempts`. The attempt is counted in a transaction of its own, so that
    it stays counted when the password is wrong.
    """
    email, now = email.strip().lower(), runtime.clock()
    with runtime.database.transaction() as session:
        throttle.begin_attempt(session, email, address, now)
    with runtime.database.transaction() as session:
        user, membership = _check(session, email, password)
        throttle.succeeded(session, email, address)
        if former_token:
            close_session(session, former_token)
        if is_outdated(user.password_hash):
            user.password_hash = hash_password(password)
        _record(session, membership, "member.signed_in", now)
        return open_session(session, membership, user_agent=user_agent, now=now)


def sign_out(runtime: Runtime, member: Member, token: str) -> None:
    """End this browser's session."""
    with runtime.database.transaction() as session:
        close_session(session, token)
        audit.record(
            session,
            organisation_id=member.organisation_id,
            actor=member.user_id,
            action="member.signed_out",
            subject=member.user_id,
            at=runtime.clock(),
        )


def _check(session: Session, email: str, password: str) -> tuple[User, Membership]:
    statement = select(User, Membership).join(Membership).where(User.email == email).order_by("created_at").limit(1)
    found = session.exec(statement).first()
    if not matches(password, found[0].password_hash if found else None) or found is None:
        raise WrongCredentials("That e-mail and password don't belong together.")
    return found[0], found[1]


def _record(session: Session, membership: Membership, action: str, now: datetime) -> None:
    audit.record(
        session,
        organisation_id=membership.organisation_id,
        actor=membership.user_id,
        action=action,
        subject=membership.user_id,
        at=now,
    )
