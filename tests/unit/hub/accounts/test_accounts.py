"""First run, sign-in and its limits."""

from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlmodel import select

from hub.accounts import service
from hub.accounts.errors import DetailsInvalid, LinkInvalid, TooManyAttempts, WrongCredentials
from hub.accounts.models import ApiKey, AuditEntry, ConsoleSession, FirstRunLink, Membership, Role, User
from hub.accounts.service import Founder, NewKey
from hub.accounts.sessions import LIFETIME, Member, close_session, find_member
from hub.accounts.throttle import PER_PERSON_AND_ADDRESS, WINDOW
from hub.runtime import Runtime

FOUNDER = Founder(
    "Northwind", "northwind.example, @Northwind.co.uk", "Dana", "Dana@Northwind.example", "a long password"
)


def found(runtime: Runtime, founder: Founder = FOUNDER) -> str:
    link = service.first_run_link(runtime)
    assert link is not None
    return use(runtime, link, founder)


def use(runtime: Runtime, link: str, founder: Founder = FOUNDER) -> str:
    token = parse_qs(urlsplit(link).query)["token"][0]
    with runtime.database.transaction() as session:
        return service.found_organisation(session, token, founder, region="uk", user_agent="test", now=runtime.clock())


def member_of(runtime: Runtime, cookie: str, now: datetime | None = None) -> Member | None:
    with runtime.database.transaction() as session:
        return find_member(session, cookie, now or runtime.clock())


def sign_in(runtime: Runtime, password: str = FOUNDER.password, address: str = "203.0.113.5") -> str:
    return service.sign_in(
        runtime, email="dana@northwind.example", password=password, address=address, user_agent="", former_token=None
    )


def at(runtime: Runtime, later: timedelta) -> Runtime:
    moment = runtime.clock() + later
    return replace(runtime, clock=lambda: moment)


def test_the_founder_becomes_the_signed_in_owner(runtime: Runtime) -> None:
    member = member_of(runtime, found(runtime))
    assert member is not None
    assert (member.role, member.email, member.organisation_name) == (Role.OWNER, "dana@northwind.example", "Northwind")


def test_there_is_no_first_run_link_once_somebody_has_an_account(runtime: Runtime) -> None:
    found(runtime)
    assert service.first_run_link(runtime) is None


def test_a_first_run_link_works_once(runtime: Runtime) -> None:
    link = service.first_run_link(runtime)
    assert link is not None
    use(runtime, link)
    with pytest.raises(LinkInvalid):
        use(runtime, link, replace(FOUNDER, email="eve@northwind.example"))


def test_a_newer_first_run_link_ends_the_older_one(runtime: Runtime) -> None:
    older = service.first_run_link(runtime)
    assert older is not None
    service.first_run_link(runtime)
    with pytest.raises(LinkInvalid):
        use(runtime, older)


def test_a_first_run_link_ends_after_a_day(runtime: Runtime) -> None:
    link = service.first_run_link(runtime)
    assert link is not None
    with pytest.raises(LinkInvalid):
        use(at(runtime, timedelta(hours=25)), link)


def test_a_faulty_form_does_not_use_the_link_up(runtime: Runtime) -> None:
    link = service.first_run_link(runtime)
    assert link is not None
    with pytest.raises(DetailsInvalid) as refused:
        use(runtime, link, replace(FOUNDER, password="too short"))
    assert refused.value.field == "password"
    assert use(runtime, link)


@pytest.mark.parametrize("domains", ["", "northwind", "http://northwind.example", "a_b.example"])
def test_own_domains_have_to_be_domains(runtime: Runtime, domains: str) -> None:
    with pytest.raises(DetailsInvalid) as refused:
        found(runtime, replace(FOUNDER, domains=domains))
    assert refused.value.field == "domains"


def test_neither_tokens_nor_passwords_are_stored_in_clear(runtime: Runtime) -> None:
    link = service.first_run_link(runtime)
    assert link is not None
    cookie = use(runtime, link)
    with runtime.database.transaction() as session:
        rows = [*session.exec(select(FirstRunLink)), *session.exec(select(ConsoleSession)), *session.exec(select(User))]
        stored = " ".join(row.model_dump_json() for row in rows)
    for secret in (cookie, FOUNDER.password, link.rpartition("=")[2]):
        assert secret not in stored
    assert "$argon2id$" in stored


def test_a_session_ends_by_time_and_by_signing_out(runtime: Runtime) -> None:
    cookie = found(runtime)
    assert member_of(runtime, cookie, runtime.clock() + LIFETIME) is None
    with runtime.database.transaction() as session:
        close_session(session, cookie)
    assert member_of(runtime, cookie) is None


def test_a_session_ends_with_the_membership(runtime: Runtime) -> None:
    cookie = found(runtime)
    with runtime.database.transaction() as session:
        session.delete(session.exec(select(Membership)).one())
    assert member_of(runtime, cookie) is None


def test_signing_in_rotates_the_session(runtime: Runtime) -> None:
    former = found(runtime)
    cookie = service.sign_in(
        runtime,
        email=" DANA@northwind.example",
        password=FOUNDER.password,
        address="",
        user_agent="",
        former_token=former,
    )
    assert member_of(runtime, former) is None
    assert member_of(runtime, cookie) is not None


@pytest.mark.parametrize("email", ["dana@northwind.example", "nobody@northwind.example"])
def test_a_refusal_does_not_say_whether_the_account_exists(runtime: Runtime, email: str) -> None:
    found(runtime)
    with pytest.raises(WrongCredentials, match="don't belong together"):
        service.sign_in(runtime, email=email, password="x" * 12, address="", user_agent="", former_token=None)


def test_repeated_failures_pause_sign_in_even_with_the_right_password(runtime: Runtime) -> None:
    found(runtime)
    for _ in range(PER_PERSON_AND_ADDRESS):
        with pytest.raises(WrongCredentials):
            sign_in(runtime, "wrong password")
    with pytest.raises(TooManyAttempts) as paused:
        sign_in(runtime)
    assert 0 < paused.value.retry_after <= WINDOW.total_seconds()
    assert sign_in(runtime, address="198.51.100.7"), "the same person elsewhere is not locked out"
    assert sign_in(at(runtime, WINDOW + timedelta(seconds=1)))


def test_success_forgets_earlier_failures(runtime: Runtime) -> None:
    found(runtime)
    for _ in range(2 * PER_PERSON_AND_ADDRESS):
        with pytest.raises(WrongCredentials):
            sign_in(runtime, "wrong password")
        sign_in(runtime)


def test_an_api_key_is_stored_as_a_hash_and_its_making_is_recorded(runtime: Runtime) -> None:
    member = member_of(runtime, found(runtime))
    assert member is not None
    with runtime.database.transaction() as session:
        key, secret = service.make_api_key(
            session, member.organisation_id, NewKey("CI"), actor=member.user_id, now=runtime.clock()
        )
    with runtime.database.transaction() as session:
        stored = session.exec(select(ApiKey)).one()
        entries = session.exec(select(AuditEntry.action)).all()
    assert secret.startswith("ed_live_sk_")
    assert secret not in stored.model_dump_json()
    assert secret.endswith(stored.hint)
    assert stored.id == key.id
    assert "api_key.created" in entries


def test_a_new_password_ends_every_other_session_and_the_old_password(runtime: Runtime) -> None:
    here, elsewhere = found(runtime), sign_in(runtime)
    member = member_of(runtime, here)
    assert member is not None
    with runtime.database.transaction() as session:
        service.change_password(
            session, member, current=FOUNDER.password, new="another long password", now=runtime.clock()
        )
    assert member_of(runtime, here) is not None
    assert member_of(runtime, elsewhere) is None
    with pytest.raises(WrongCredentials):
        sign_in(runtime)
    assert sign_in(runtime, "another long password")


def test_a_password_changes_only_with_the_current_one(runtime: Runtime) -> None:
    member = member_of(runtime, found(runtime))
    assert member is not None
    with pytest.raises(DetailsInvalid) as refused, runtime.database.transaction() as session:
        service.change_password(session, member, current="guessed", new="another long password", now=runtime.clock())
    assert refused.value.field == "current"
