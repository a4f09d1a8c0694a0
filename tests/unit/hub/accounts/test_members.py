"""Members who leave, come back, hand over and lose their passwords."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select

from hub.accounts import service
from hub.accounts.errors import DetailsInvalid
from hub.accounts.models import AuditEntry, Membership, Organisation, Role, User
from hub.accounts.sessions import Member, find_member, open_session
from hub.runtime import Runtime


def a_member(runtime: Runtime, role: Role = Role.OWNER, organisation: str = "Northwind", name: str = "dana") -> Member:
    """Somebody who is signed in."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        owner = session.exec(select(Organisation).where(Organisation.name == organisation)).first()
        owner = owner or Organisation(name=organisation, created_at=now)
        email = f"{name}@northwind.example"
        user = session.exec(select(User).where(User.email == email)).first()
        user = user or User(email=email, name=name, created_at=now)
        session.add_all([owner, user])
        session.flush()
        membership = Membership(organisation_id=owner.id, user_id=user.id, role=role, created_at=now)
        session.add(membership)
        session.flush()
        found = find_member(session, open_session(session, membership, user_agent="", now=now), now)
        assert found is not None
        return found


def role_of(session: Session, member: Member) -> Role:
    own = (Membership.organisation_id == member.organisation_id, Membership.user_id == member.user_id)
    return session.exec(select(Membership).where(*own)).one().role


def test_whoever_is_somebody_s_member_is_not_taken_over(runtime: Runtime) -> None:
    admin, theirs = a_member(runtime), a_member(runtime, organisation="Fabrikam", name="eve")

    with pytest.raises(DetailsInvalid, match="account already"), runtime.database.transaction() as session:
        service.add_member(session, admin, name="Eve", email=theirs.email, role="member", now=runtime.clock())


def test_nobody_gives_a_password_that_opens_another_organisation(runtime: Runtime) -> None:
    admin = a_member(runtime)
    both = a_member(runtime, Role.MEMBER, name="mo")
    a_member(runtime, Role.OWNER, organisation="Fabrikam", name="mo")

    with pytest.raises(DetailsInvalid, match="another organisation"), runtime.database.transaction() as session:
        service.reset_password(session, admin, both.user_id, now=runtime.clock())


def test_nobody_resets_their_own_password_without_knowing_it(runtime: Runtime) -> None:
    admin = a_member(runtime)

    with pytest.raises(DetailsInvalid, match="your own"), runtime.database.transaction() as session:
        service.reset_password(session, admin, admin.user_id, now=runtime.clock())


def test_two_owners_cannot_both_step_down_at_once(postgres_runtime: Runtime) -> None:
    both = [a_member(postgres_runtime, name=name) for name in ("dana", "mo")]

    def step_down(member: Member) -> bool:
        try:
            with postgres_runtime.database.transaction() as session:
                service.change_role(session, member, member.user_id, "member", now=postgres_runtime.clock())
        except DetailsInvalid:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(step_down, both)) == [False, True]
    with postgres_runtime.database.transaction() as session:
        assert sorted(role_of(session, each) for each in both) == [Role.MEMBER, Role.OWNER]


def test_the_audit_log_knows_whom_a_role_was_given(runtime: Runtime) -> None:
    admin, mo = a_member(runtime), a_member(runtime, Role.MEMBER, name="mo")

    with runtime.database.transaction() as session:
        service.change_role(session, admin, mo.user_id, "admin", now=runtime.clock())
        entry = session.exec(select(AuditEntry)).one()

    assert entry.details == {"name": "mo", "email": mo.email, "former": "member", "role": "admin"}
