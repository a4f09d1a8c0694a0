"""The first owner is made through a one-time link that only the operator's terminal shows."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select, update

from hub.accounts import audit
from hub.accounts.errors import LinkInvalid
from hub.accounts.models import FirstRunLink, Membership, Organisation, Role, User
from hub.accounts.passwords import hash_password
from hub.accounts.service.details import clean_domains, clean_email, clean_text
from hub.accounts.sessions import open_session
from hub.accounts.tokens import hash_token, new_token
from hub.runtime import Runtime

LINK_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class Founder:
    """What the first-run form asks; `domains` is comma-separated text."""

    organisation: str
    domains: str
    name: str
    email: str
    password: str = field(repr=False)


def first_run_link(runtime: Runtime) -> str | None:
    """A fresh link to the set-up page, valid once within 24 hours; None as soon as a user exists.

    Earlier unused links stop working.
    """
    now = runtime.clock()
    with runtime.database.transaction() as session:
        if has_users(session):
            return None
        session.exec(delete(FirstRunLink))
        token = new_token()
        session.add(FirstRunLink(token_hash=hash_token(token), created_at=now, expires_at=now + LINK_LIFETIME))
    return f"{runtime.settings.base_url}/first-run?token={token}"


def has_users(session: Session) -> bool:
    """Whether anybody can sign in yet."""
    return session.exec(select(User.id).limit(1)).first() is not None


def is_link_valid(session: Session, token: str, now: datetime) -> bool:
    """Whether `found_organisation` would accept this token."""
    link = session.exec(select(FirstRunLink).where(FirstRunLink.token_hash == hash_token(token))).first()
    return link is not None and link.used_at is None and link.expires_at > now and not has_users(session)


def found_organisation(
    session: Session, token: str, founder: Founder, *, region: str, user_agent: str, now: datetime
) -> str:
    """Use up the link, make organisation and owner, and sign the owner in; gives the cookie token.

    `region` is where this hub keeps its data.
    Raises `LinkInvalid` or `DetailsInvalid`.
    """
    organisation = _ownerless(session) or Organisation(name="", region=region, created_at=now)
    organisation.name = clean_text("organisation", founder.organisation, "the name of your organisation")
    organisation.domains = clean_domains(founder.domains)
    user = User(
        name=clean_text("name", founder.name, "your name"),
        email=clean_email(founder.email),
        password_hash=hash_password(founder.password),
        created_at=now,
    )
    _use_up(session, token, now)
    session.add_all([organisation, user])
    session.flush()
    membership = Membership(organisation_id=organisation.id, user_id=user.id, role=Role.OWNER, created_at=now)
    session.add(membership)
    _record(session, organisation, user, now)
    return open_session(session, membership, user_agent=user_agent, now=now)


def _ownerless(session: Session) -> Organisation | None:
    """The organisation that the command line made together with the first API key."""
    members = select(Membership.id).where(col(Membership.organisation_id) == col(Organisation.id)).exists()
    return session.exec(select(Organisation).where(~members).order_by(col(Organisation.id))).first()


def _use_up(session: Session, token: str, now: datetime) -> None:
    """Mark the link used by one conditional update, so that two submissions cannot both win."""
    if not is_link_valid(session, token, now):
        raise LinkInvalid("This link was already used or has expired.")
    unused = (col(FirstRunLink.token_hash) == hash_token(token)) & col(FirstRunLink.used_at).is_(None)
    if session.exec(update(FirstRunLink).where(unused).values(used_at=now)).rowcount != 1:
        raise LinkInvalid("This link was already used or has expired.")


def _record(session: Session, organisation: Organisation, user: User, now: datetime) -> None:
    audit.record(
        session,
        organisation_id=organisation.id,
        actor=user.id,
        action="organisation.created",
        subject=organisation.id,
        at=now,
        details={
            "domains": organisation.domains,
            "purpose_policy": "external participants only: members of the organisation are never scored",
        },
    )
