"""Which records a meeting belongs to, each with the rule that found it, in words, and what the rule passed over."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from simple_salesforce.format import format_soql

from connectors.base.domains import domain_of, is_external, is_within
from connectors.base.errors import RequestRejected
from connectors.base.free_mail import FREE_MAIL_DOMAINS
from connectors.base.records import Candidate, MatchQuery, RecordRef
from connectors.salesforce.api import Api, Record
from connectors.salesforce.fields import MEETING_ID

_IDS_PER_QUERY = 100
_CONTACTS = "SELECT Id, Name, Email, LastActivityDate, CreatedDate FROM Contact WHERE Email IN {}"
_LEADS = "SELECT Id, Name, Email, LastActivityDate, CreatedDate FROM Lead WHERE IsConverted = false AND Email IN {}"
_ROLES = (
    "SELECT ContactId, IsPrimary, OpportunityId, Opportunity.Name, Opportunity.CloseDate, Opportunity.IsClosed "
    "FROM OpportunityContactRole WHERE ContactId IN {}"
)
_OPEN_ROLES = _ROLES.replace("WHERE", "WHERE Opportunity.IsClosed = false AND")


def match(api: Api, query: MatchQuery) -> Sequence[Candidate]:
    """Candidates in order: our activity, Contacts, Leads, the open Opportunity, Accounts by domain.

    The query's policies leave Leads and Accounts out, or take a closed Opportunity where none is open.
    """
    people = {person.email.lower(): person for person in query.people if is_external(person.email, query.own_domains)}
    contacts = _by_email(api, _CONTACTS, people)
    left = [email for email in people if email not in contacts]
    leads = _by_email(api, _LEADS, left) if query.leads else {}
    unknown = [email for email in left if email not in leads]
    return [
        *_activities(api, query.meeting_id),
        *(_by_mail_candidate(api, "Contact", email, rows) for email, rows in contacts.items()),
        *(_by_mail_candidate(api, "Lead", email, rows) for email, rows in leads.items()),
        *_opportunities(api, [rows[0] for rows in contacts.values()], closed_too=query.closed_deals),
        *(_accounts(api, unknown, query.own_domains) if query.companies else ()),
    ]


def _activities(api: Api, meeting_id: str) -> list[Candidate]:
    soql = f"SELECT Id, Subject FROM Task WHERE {MEETING_ID} = {{}}"  # noqa: S608 the field's name is ours
    try:
        rows = sorted(api.query(format_soql(soql, meeting_id)), key=lambda row: str(row["Id"]))
    except RequestRejected as error:
        if error.code == "INVALID_FIELD":  # not provisioned yet, so nothing of ours can be there
            return []
        raise
    if not rows:
        return []
    first, *others = [_ref(api, "Task", row["Id"], row["Subject"]) for row in rows]
    reason = "This activity already carries the id of the meeting."
    return [Candidate(first, "activity_by_meeting_id", reason, alternatives=tuple(others))]


def _by_email(api: Api, soql: str, emails: Iterable[str]) -> dict[str, list[Record]]:
    """Rows by e-mail in lower case, the best of each first."""
    found: dict[str, list[Record]] = {}
    for row in _in_chunks(api, soql, list(emails)):
        found.setdefault(str(row["Email"]).lower(), []).append(row)
    return {email: _ranked(found[email]) for email in sorted(found)}


def _in_chunks(api: Api, soql: str, values: Sequence[str]) -> Iterator[Record]:
    for start in range(0, len(values), _IDS_PER_QUERY):
        yield from api.query(format_soql(soql, list(values[start : start + _IDS_PER_QUERY])))


def _ranked(rows: Iterable[Record]) -> list[Record]:
    """Latest activity first, then the oldest record, then the smallest id: the same choice every time."""
    oldest_first = sorted(rows, key=lambda row: (str(row.get("CreatedDate") or ""), str(row["Id"])))
    return sorted(oldest_first, key=lambda row: str(row.get("LastActivityDate") or ""), reverse=True)


def _by_mail_candidate(api: Api, object_type: str, email: str, rows: Sequence[Record]) -> Candidate:
    chosen, *others = [_ref(api, object_type, row["Id"], row["Name"]) for row in rows]
    reason = f"{object_type} with the e-mail address {email}"
    if others:
        reason += f"; of {len(rows)} with that address, the one with the latest activity"
    rule = f"{object_type.lower()}_by_email"
    return Candidate(chosen, rule, f"{reason}.", person_email=email, alternatives=tuple(others))


def _opportunities(api: Api, contacts: Sequence[Record], *, closed_too: bool) -> list[Candidate]:
    names = {row["Id"]: row for row in contacts}
    roles = list(_in_chunks(api, _ROLES if closed_too else _OPEN_ROLES, list(names)))
    if not roles:
        return []
    by_opportunity: dict[str, list[Record]] = {}
    for role in roles:
        by_opportunity.setdefault(role["OpportunityId"], []).append(role)
    best, *others = sorted(by_opportunity.values(), key=_opportunity_rank)
    return [_opportunity_candidate(api, best, others, names)]


def _opportunity_rank(roles: Sequence[Record]) -> tuple[Any, ...]:
    """Open ones first; then most of the call's people, a primary contact, the nearest close date (of closed ones the
    latest), the id."""
    people = {role["ContactId"] for role in roles}
    primary = any(role["IsPrimary"] for role in roles)
    closes = date.fromisoformat(_opportunity(roles[0]).get("CloseDate") or "9999-12-31").toordinal()
    closed = _is_closed(roles)
    return (closed, -len(people), not primary, -closes if closed else closes, str(roles[0]["OpportunityId"]))


def _is_closed(roles: Sequence[Record]) -> bool:
    return bool(_opportunity(roles[0]).get("IsClosed"))


def _opportunity(role: Record) -> Mapping[str, Any]:
    return role.get("Opportunity") or {}


def _opportunity_candidate(
    api: Api, roles: Sequence[Record], others: Sequence[Sequence[Record]], contacts: Mapping[str, Record]
) -> Candidate:
    names = sorted({str(contacts[role["ContactId"]]["Name"]) for role in roles})
    closed = _is_closed(roles)
    reason = f"{'Closed' if closed else 'Open'} opportunity with a contact role for {', '.join(names)}"
    if closed:
        reason += "; none is open"
    if others:
        reason += f"; {_passed_over(others, closed)}"
    return Candidate(
        _opportunity_ref(api, roles[0]),
        "opportunity_by_contact_role",
        f"{reason}.",
        alternatives=tuple(_opportunity_ref(api, other[0]) for other in others),
    )


def _passed_over(others: Sequence[Sequence[Record]], closed: bool) -> str:
    if closed:
        return f"{len(others)} more have fewer of the call's people, or were closed earlier"
    if any(map(_is_closed, others)):
        return f"{len(others)} more are closed, have fewer of the call's people, or close later"
    return f"{len(others)} more open ones have fewer of the call's people, or close later"


def _opportunity_ref(api: Api, role: Record) -> RecordRef:
    return _ref(api, "Opportunity", role["OpportunityId"], str(_opportunity(role).get("Name") or ""))


def _accounts(api: Api, emails: Sequence[str], own_domains: Sequence[str]) -> list[Candidate]:
    domains = sorted({domain_of(email) for email in emails} - FREE_MAIL_DOMAINS)
    found = (_account(api, domain, emails) for domain in domains if not is_within(domain, own_domains))
    return [candidate for candidate in found if candidate is not None]


def _account(api: Api, domain: str, emails: Sequence[str]) -> Candidate | None:
    soql = "SELECT Id, Name, Website, LastActivityDate, CreatedDate FROM Account WHERE Website LIKE '%{:like}%'"
    rows = _ranked(row for row in api.query(format_soql(soql, domain)) if is_within(_host(row["Website"]), [domain]))
    if not rows:
        return None
    chosen, *others = [_ref(api, "Account", row["Id"], row["Name"]) for row in rows]
    person = min(email for email in emails if domain_of(email) == domain)
    reason = f"No Contact or Lead has the address {person}, but this account's website is at {domain}."
    return Candidate(chosen, "account_by_domain", reason, person_email=person, alternatives=tuple(others))


def _host(website: str) -> str:
    return (urlsplit(website if "//" in website else f"//{website}").hostname or "").lower()


def _ref(api: Api, object_type: str, record_id: str, name: str | None) -> RecordRef:
    return RecordRef(object_type, record_id, name or "", api.link(record_id))
