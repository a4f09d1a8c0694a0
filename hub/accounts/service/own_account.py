"""What members change about their own account."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, delete, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ConsoleSession, User
from hub.accounts.passwords import hash_password, matches
from hub.accounts.sessions import Member


def change_password(session: Session, member: Member, *, current: str, new: str, now: datetime) -> None:
    """Set a new password and sign out every other browser. Raises `DetailsInvalid`."""
    user = session.get_one(User, member.user_id)
    if not matches(current, user.password_hash):
        raise DetailsInvalid("current", "That is not your current password.")
    user.password_hash = hash_password(new)
    _end_other_sessions(session, member)
    _record(session, member, "member.password_changed", now)


def own_sessions(session: Session, member: Member, now: datetime) -> Sequence[ConsoleSession]:
    """Where this member is signed in, newest first."""
    statement = select(ConsoleSession).where(
        ConsoleSession.user_id == member.user_id,
        ConsoleSession.organisation_id == member.organisation_id,
        col(ConsoleSession.expires_at) > now,
    )
    return session.exec(statement.order_by(col(ConsoleSession.created_at).desc())).all()


def sign_out_elsewhere(session: Session, member: Member, now: datetime) -> None:
    """End every session of this member but the one that asks."""
    _end_other_sessions(session, member)
    _record(session, member, "member.signed_out_elsewhere", now)


def _end_other_sessions(session: Session, member: Member) -> None:
    """Delete them, in every organisation: they were opened with the same password."""
    others = (col(ConsoleSession.user_id) == member.user_id) & (col(ConsoleSession.id) != member.session_id)
    session.exec(delete(ConsoleSession).where(others))


def _record(session: Session, member: Member, action: str, now: datetime) -> None:
    audit.record(
        session,
        organisation_id=member.organisation_id,
        actor=member.user_id,
        action=action,
        subject=member.user_id,
        at=now,
    )
