"""Which records a meeting belongs to, each with the rule that found it, in words, and what the rule passed over."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from connectors.base.domains import domain_of, is_external, is_within
from connectors.base.errors import RequestRejected
from connectors.base.free_mail import FREE_MAIL_DOMAINS
from connectors.base.records import Candidate, MatchQuery, RecordRef
from connectors.hubspot.api import Api, Record
from connectors.hubspot.properties import MEETING_ID
from connectors.hubspot.reading import Links

_CONTACT = ("email", "firstname", "lastname", "hs_additional_emails")
_DEAL = ("dealname", "closedate", "hs_is_closed")
_COMPANY = ("name", "domain", "createdate")


def match(api: Api, links: Links, query: MatchQuery) -> Sequence[Candidate]:
    """Candidates in order: the activity, Contacts, the open Deal, Companies by domain.

    The query's policies leave Companies out, or take a closed Deal where none is open. HubSpot's leads are Contacts.
    """
    people = {person.email.lower(): person for person in query.people if is_external(person.email, query.own_domains)}
    contacts = _contacts(api, list(people))
    unknown = [email for email in people if email not in contacts]
    return [
        *_activities(api, links, query),
        *(_contact_candidate(links, email, row) for email, row in contacts.items()),
        *_deals(api, links, list(contacts.values()), closed_too=query.closed_deals),
        *(_companies(api, links, unknown, query.own_domains) if query.companies else ()),
    ]


def _activities(api: Api, links: Links, query: MatchQuery) -> list[Candidate]:
    calls = _if_provisioned(api, "calls", query.meeting_id, "hs_call_title")
    if calls:
        return [_own(_ref(links, "Call", calls[0], "hs_call_title"))]
    if not query.ical_uid:
        return []
    meetings = _if_provisioned(api, "meetings", query.meeting_id, "hs_meeting_title")
    if meetings:
        return [_own(_ref(links, "Meeting", meetings[0], "hs_meeting_title"))]
    return _logged_by_others(api, links, query.ical_uid)


def _own(ref: RecordRef) -> Candidate:
    return Candidate(ref, "activity_by_meeting_id", "This activity already carries the id of the meeting.")


def _if_provisioned(api: Api, kind: str, meeting_id: str, title: str) -> list[Record]:
    """Our own activities. Found by their unique property, which has no index to wait for."""
    try:
        return api.read(kind, [meeting_id], [title], id_property=MEETING_ID)
    except RequestRejected as error:
        if error.status == 400:  # the property is not made yet, so nothing of ours can be there
            return []
        raise


def _logged_by_others(api: Api, links: Links, ical_uid: str) -> list[Candidate]:
    same_invitation = [{"propertyName": "hs_i_cal_uid", "operator": "EQ", "value": ical_uid}]
    rows = api.search("meetings", same_invitation, ["hs_meeting_title", "hs_timestamp"])
    if not rows:
        return []
    newest_first = sorted(rows, key=lambda row: (_text(row, "hs_timestamp"), int(row["id"])), reverse=True)
    first, *others = [_ref(links, "Meeting", row, "hs_meeting_title") for row in newest_first]
    reason = "This meeting is logged in HubSpot already, with the same calendar id."
    return [Candidate(first, "activity_by_ical_uid", reason, alternatives=tuple(others))]


def _contacts(api: Api, emails: Sequence[str]) -> dict[str, Record]:
    """Contacts by the address that was asked for, which may be one of a contact's further addresses."""
    rows = api.read("contacts", emails, _CONTACT, id_property="email") if emails else []
    by_email = {address: row for row in rows for address in _addresses(row)}
    return {email: by_email[email] for email in sorted(emails) if email in by_email}


def _addresses(row: Record) -> list[str]:
    all_of_them = f"{_text(row, 'email')};{_text(row, 'hs_additional_emails')}"
    return [address for address in all_of_them.lower().split(";") if address]


def _contact_candidate(links: Links, email: str, row: Record) -> Candidate:
    ref = _contact_ref(links, row)
    return Candidate(ref, "contact_by_email", f"Contact with the e-mail address {email}.", person_email=email)


def _deals(api: Api, links: Links, contacts: Sequence[Record], *, closed_too: bool) -> list[Candidate]:
    names = {str(row["id"]): _contact_ref(links, row).name for row in contacts}
    linked = api.linked("contacts", "deals", list(names)) if names else {}
    people: dict[str, list[str]] = {}
    for contact_id, deal_ids in linked.items():
        for deal_id in dict.fromkeys(deal_ids):
            people.setdefault(deal_id, []).append(names[contact_id])
    rows = api.read("deals", sorted(people), _DEAL) if people else []
    usable = [row for row in rows if closed_too or not _is_closed(row)]
    if not usable:
        return []
    best, *others = sorted(usable, key=lambda row: _deal_rank(row, people))
    return [_deal_candidate(links, best, others, people[str(best["id"])])]


def _is_closed(row: Record) -> bool:
    return _text(row, "hs_is_closed").lower() == "true"


def _deal_rank(row: Record, people: Mapping[str, Sequence[str]]) -> tuple[bool, int, float, int]:
    """Open ones first; then most of the call's people, the nearest close date (of closed ones the latest), the
    oldest."""
    deal_id, closed, closes = str(row["id"]), _is_closed(row), _text(row, "closedate")
    moment = datetime.fromisoformat(closes).timestamp() if closes else float("inf")
    return (closed, -len(people[deal_id]), -moment if closed else moment, int(deal_id))


def _deal_candidate(links: Links, row: Record, others: Sequence[Record], people: Sequence[str]) -> Candidate:
    closed = _is_closed(row)
    reason = f"{'Closed' if closed else 'Open'} deal of {', '.join(sorted(people))}"
    if closed:
        reason += "; none is open"
    if others:
        reason += f"; {_passed_over(others, closed)}"
    return Candidate(
        _ref(links, "Deal", row, "dealname"),
        "deal_by_contact",
        f"{reason}.",
        alternatives=tuple(_ref(links, "Deal", other, "dealname") for other in others),
    )


def _passed_over(others: Sequence[Record], closed: bool) -> str:
    if closed:
        return f"{len(others)} more have fewer of the call's people, or were closed earlier"
    if any(map(_is_closed, others)):
        return f"{len(others)} more are closed, have fewer of the call's people, or close later"
    return f"{len(others)} more open ones have fewer of the call's people, or close later"


def _companies(api: Api, links: Links, emails: Sequence[str], own_domains: Sequence[str]) -> list[Candidate]:
    domains = sorted({domain_of(email) for email in emails} - FREE_MAIL_DOMAINS)
    domains = [domain for domain in domains if not is_within(domain, own_domains)]
    if not domains:
        return []
    known_as = [name for domain in domains for name in (domain, f"www.{domain}")]
    one_of_them = [{"propertyName": "domain", "operator": "IN", "values": known_as}]
    rows = api.search("companies", one_of_them, _COMPANY)
    found = (_company(links, domain, emails, rows) for domain in domains)
    return [candidate for candidate in found if candidate is not None]


def _company(links: Links, domain: str, emails: Sequence[str], rows: Sequence[Record]) -> Candidate | None:
    mine = [row for row in rows if _text(row, "domain").lower().removeprefix("www.") == domain]
    if not mine:
        return None
    oldest_first = sorted(mine, key=lambda row: (_text(row, "createdate"), int(row["id"])))
    chosen, *others = [_ref(links, "Company", row, "name") for row in oldest_first]
    person = min(email for email in emails if domain_of(email) == domain)
    reason = f"No Contact has the address {person}, but this company's domain is {domain}."
    return Candidate(chosen, "company_by_domain", reason, person_email=person, alternatives=tuple(others))


def _contact_ref(links: Links, row: Record) -> RecordRef:
    name = f"{_text(row, 'firstname')} {_text(row, 'lastname')}".strip() or _text(row, "email")
    return RecordRef("Contact", str(row["id"]), name, links.to("Contact", str(row["id"])))


def _ref(links: Links, record_type: str, row: Record, title: str) -> RecordRef:
    record_id = str(row["id"])
    return RecordRef(record_type, record_id, _text(row, title), links.to(record_type, record_id))


def _text(row: Record, name: str) -> str:
    return str((row.get("properties") or {}).get(name) or "")
