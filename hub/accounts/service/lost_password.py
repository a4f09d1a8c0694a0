"""A new first password for somebody who lost theirs: from an admin, or from the operator's command line."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ConsoleSession, Membership, Role, User
from hub.accounts.passwords import first_password, hash_password
from hub.accounts.service.details import clean_email
from hub.accounts.service.members import membership_of, record_member
from hub.accounts.sessions import Member
from hub.runtime import Runtime

_RESET = "member.password_reset"


def reset_password(session: Session, admin: Member, user_id: str, *, now: datetime) -> tuple[User, str]:
    """Give a member a new first password, which is shown once, and sign them out everywhere.

    Whoever gives a password could sign in with it. So `DetailsInvalid` is raised for owners unless by one, and for
    members of another organisation as well; also for oneself. Raises `NotFound`.
    """
    membership = membership_of(session, admin, user_id)
    if user_id == admin.user_id:
        raise DetailsInvalid("member", "Change your own password under your name in the menu.")
    if membership.role is Role.OWNER and admin.role is not Role.OWNER:
        raise DetailsInvalid("member", "Only an owner can give an owner a new password.")
    if len(_memberships(session, user_id)) > 1:
        raise DetailsInvalid("member", "They belong to another organisation too. Ask whoever runs the hub.")
    user = session.get_one(User, user_id)
    password = _renew(session, user)
    record_member(session, admin, _RESET, user, now)
    return user, password


def reset_password_of(runtime: Runtime, email: str) -> str:
    """The same for the operator, who may do it for everybody. Raises `DetailsInvalid` for an unknown address."""
    address = clean_email(email)
    with runtime.database.transaction() as session:
        user = session.exec(select(User).where(User.email == address)).first()
        memberships = _memberships(session, user.id) if user else []
        if user is None or not memberships:
            raise DetailsInvalid("email", f"No member has the address {address}: see `hub members list`.")
        for each in memberships:
            audit.record(
                session,
                organisation_id=each.organisation_id,
                actor="operator",
                action=_RESET,
                subject=user.id,
                at=runtime.clock(),
                details={"name": user.name, "email": user.email},
            )
        return _renew(session, user)


def _memberships(session: Session, user_id: str) -> list[Membership]:
    return list(session.exec(select(Membership).where(Membership.user_id == user_id)).all())


def _renew(session: Session, user: User) -> str:
    password = first_password()
    user.password_hash = hash_password(password)
    session.exec(delete(ConsoleSession).where(col(ConsoleSession.user_id) == user.id))
    return password
