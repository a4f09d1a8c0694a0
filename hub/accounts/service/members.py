"""Who belongs to the organisation."""

import secrets
from datetime import datetime

from sqlmodel import Session, col, delete, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ConsoleSession, Membership, Role, User
from hub.accounts.oauth_server.allowed import end_grants_of
from hub.accounts.passwords import hash_password
from hub.accounts.service.details import clean_email, clean_text
from hub.accounts.sessions import Member
from hub.errors import NotFound

_PASSWORD_BYTES = 12


def add_member(session: Session, admin: Member, *, name: str, email: str, role: str, now: datetime) -> tuple[User, str]:
    """Make an account in the admin's organisation; gives its first password, which is shown once.

    Raises `DetailsInvalid` for a bad field, an address that has an account, or a role above the admin's own.
    """
    user = User(name=clean_text("member_name", name, "a name"), email=clean_email(email), created_at=now)
    wanted = _role(admin, role)
    if session.exec(select(User.id).where(User.email == user.email)).first():
        raise DetailsInvalid("email", "This address has an account already.")
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    user.password_hash = hash_password(password)
    session.add(user)
    session.flush()
    organisation_id = admin.organisation_id
    session.add(Membership(organisation_id=organisation_id, user_id=user.id, role=wanted, created_at=now))
    _record(session, admin, "member.added", user.id, now, role=wanted.value)
    return user, password


def remove_member(session: Session, admin: Member, user_id: str, *, now: datetime) -> None:
    """End a membership at once, with its sessions and what it allowed apps.

    Raises `NotFound`, and `DetailsInvalid` for oneself, and for owners unless by one.
    """
    statement = select(Membership).where(
        Membership.organisation_id == admin.organisation_id, Membership.user_id == user_id
    )
    membership = session.exec(statement).first()
    if membership is None:
        raise NotFound("There is no such member.")
    if user_id == admin.user_id:
        raise DetailsInvalid("member", "You cannot remove yourself.")
    if membership.role is Role.OWNER and admin.role is not Role.OWNER:
        raise DetailsInvalid("member", "Only an owner can remove an owner.")
    session.delete(membership)
    theirs = (col(ConsoleSession.user_id) == user_id) & (col(ConsoleSession.organisation_id) == admin.organisation_id)
    session.exec(delete(ConsoleSession).where(theirs))
    end_grants_of(session, admin.organisation_id, user_id, now)
    _record(session, admin, "member.removed", user_id, now)


def _role(admin: Member, role: str) -> Role:
    if role not in [each.value for each in Role]:
        raise DetailsInvalid("role", "Choose a role.")
    if role == Role.OWNER and admin.role is not Role.OWNER:
        raise DetailsInvalid("role", "Only an owner can make an owner.")
    return Role(role)


def _record(session: Session, admin: Member, action: str, subject: str, now: datetime, **details: object) -> None:
    audit.record(
        session,
        organisation_id=admin.organisation_id,
        actor=admin.user_id,
        action=action,
        subject=subject,
        at=now,
        details=details,
    )
