"""Who belongs to the organisation, and as what."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import ConsoleSession, Membership, Organisation, Role, User
from hub.accounts.oauth_server.allowed import end_grants_of
from hub.accounts.passwords import first_password, hash_password
from hub.accounts.service.details import clean_email, clean_text
from hub.accounts.sessions import Member
from hub.errors import NotFound


def add_member(session: Session, admin: Member, *, name: str, email: str, role: str, now: datetime) -> tuple[User, str]:
    """Make an account in the admin's organisation; gives its first password, which is shown once.

    Somebody who was removed everywhere comes back with their old account and a new first password. Raises
    `DetailsInvalid` for a bad field, the address of somebody's member, or a role above the admin's own.
    """
    name, email, wanted = clean_text("member_name", name, "a name"), clean_email(email), _role(admin, role)
    user = session.exec(select(User).where(User.email == email)).first() or User(email=email, created_at=now)
    if session.exec(select(Membership.id).where(Membership.user_id == user.id)).first():
        raise DetailsInvalid("email", "This address has an account already.")
    password = first_password()
    user.name, user.password_hash = name, hash_password(password)
    session.add(user)
    session.flush()
    organisation_id = admin.organisation_id
    session.add(Membership(organisation_id=organisation_id, user_id=user.id, role=wanted, created_at=now))
    record_member(session, admin, "member.added", user, now, role=wanted.value)
    return user, password


def change_role(session: Session, admin: Member, user_id: str, role: str, *, now: datetime) -> None:
    """Give a member another role, from their next page on.

    Raises `NotFound`, and `DetailsInvalid` for a role above the admin's own, for owners unless by one, and where
    nobody would be an owner any more.
    """
    membership = membership_of(session, admin, user_id)
    wanted = _role(admin, role)
    former = membership.role
    if former is Role.OWNER and admin.role is not Role.OWNER:
        raise DetailsInvalid("role", "Only an owner can change an owner's role.")
    if former is wanted:
        return
    membership.role = wanted
    _require_owner(session, admin.organisation_id, former)
    user = session.get_one(User, user_id)
    record_member(session, admin, "member.role_changed", user, now, former=former.value, role=wanted.value)


def remove_member(session: Session, admin: Member, user_id: str, *, now: datetime) -> None:
    """End a membership at once, with its sessions and what it allowed apps.

    Raises `NotFound`, and `DetailsInvalid` for oneself, and for owners unless by one.
    """
    membership = membership_of(session, admin, user_id)
    if user_id == admin.user_id:
        raise DetailsInvalid("member", "You cannot remove yourself.")
    if membership.role is Role.OWNER and admin.role is not Role.OWNER:
        raise DetailsInvalid("member", "Only an owner can remove an owner.")
    session.delete(membership)
    _require_owner(session, admin.organisation_id, membership.role)
    theirs = (col(ConsoleSession.user_id) == user_id) & (col(ConsoleSession.organisation_id) == admin.organisation_id)
    session.exec(delete(ConsoleSession).where(theirs))
    end_grants_of(session, admin.organisation_id, user_id, now)
    record_member(session, admin, "member.removed", session.get_one(User, user_id), now)


def membership_of(session: Session, admin: Member, user_id: str) -> Membership:
    """Somebody's membership in the admin's organisation, where no other membership changes until we are done.

    Raises `NotFound`.
    """
    organisation = select(Organisation.id).where(Organisation.id == admin.organisation_id)
    session.exec(organisation.with_for_update(key_share=True)).one()
    theirs = (Membership.organisation_id == admin.organisation_id, Membership.user_id == user_id)
    membership = session.exec(select(Membership).where(*theirs)).first()
    if membership is None:
        raise NotFound("There is no such member.")
    return membership


def record_member(session: Session, admin: Member, action: str, user: User, now: datetime, **details: object) -> None:
    """Note in the audit log what an admin did with a member."""
    audit.record(
        session,
        organisation_id=admin.organisation_id,
        actor=admin.user_id,
        action=action,
        subject=user.id,
        at=now,
        details={"name": user.name, "email": user.email, **details},
    )


def _require_owner(session: Session, organisation_id: str, former: Role) -> None:
    """Raises `DetailsInvalid` where an owner is one no more, which is done already, and nobody else is."""
    if former is not Role.OWNER:
        return
    session.flush()
    owners = select(Membership.id).where(Membership.organisation_id == organisation_id, Membership.role == Role.OWNER)
    if session.exec(owners).first() is None:
        raise DetailsInvalid("role", "Somebody has to be owner: make somebody else one first.")


def _role(admin: Member, role: str) -> Role:
    if role not in [each.value for each in Role]:
        raise DetailsInvalid("role", "Choose a role.")
    if role == Role.OWNER and admin.role is not Role.OWNER:
        raise DetailsInvalid("role", "Only an owner can make an owner.")
    return Role(role)
