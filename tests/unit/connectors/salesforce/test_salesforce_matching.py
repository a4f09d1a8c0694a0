"""Matching rules over a small organisation held in lists."""

import re
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.base.errors import RequestRejected
from connectors.base.records import Candidate, MatchQuery, Person
from connectors.salesforce.matching import match


@dataclass
class Organisation:
    """Answers the few queries that matching asks, by object."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    provisioned: bool = True
    asked: list[str] = field(default_factory=list)

    def query(self, soql: str) -> list[dict[str, Any]]:
        self.asked.append(soql)
        name = re.search(r"FROM (\w+)", soql)
        assert name
        if name[1] == "Task" and not self.provisioned:
            raise RequestRejected("No such column", code="INVALID_FIELD")
        values = [value.lower() for value in re.findall(r"'([^']*)'", soql)]
        return [row for row in self.rows.get(name[1], []) if _meets(row, values)]

    def link(self, record_id: str) -> str:
        return f"https://acme.example/{record_id}"


def _meets(row: dict[str, Any], values: list[str]) -> bool:
    key = next(row[name] for name in ("Email", "ContactId", "Website", "Meeting") if name in row)
    return any(value.strip("%") in key.lower() for value in values)


def contact(record_id: str, email: str, **more: Any) -> dict[str, Any]:
    base = {"LastActivityDate": None, "CreatedDate": "2024-01-01"}
    return {"Id": record_id, "Name": f"Person {record_id}", "Email": email, **base, **more}


def role(contact_id: str, deal: str, *, primary: bool = False, closes: str = "2026-12-31") -> dict[str, Any]:
    opportunity = {"Name": f"Deal {deal}", "CloseDate": closes}
    return {"ContactId": contact_id, "IsPrimary": primary, "OpportunityId": deal, "Opportunity": opportunity}


def account(record_id: str, website: str) -> dict[str, Any]:
    return {"Id": record_id, "Name": f"Account {record_id}", "Website": website, "LastActivityDate": None}


def found(organisation: Organisation, *emails: str, own: tuple[str, ...] = ()) -> list[Candidate]:
    people = tuple(Person(email, "") for email in emails)
    return list(match(organisation, MatchQuery("mtg_1", people, own_domains=own)))  # type: ignore[arg-type]


def summary(candidates: list[Candidate]) -> list[tuple[str, str]]:
    return [(candidate.rule, candidate.record.id) for candidate in candidates]


def test_a_contact_and_the_open_deal_of_its_role_are_found_with_reasons() -> None:
    organisation = Organisation(
        {"Contact": [contact("003A", "Priya@Acme.io")], "OpportunityContactRole": [role("003A", "006A")]}
    )

    person, deal = found(organisation, "priya@acme.io")

    assert (person.rule, person.record.id, person.person_email) == ("contact_by_email", "003A", "priya@acme.io")
    assert deal.record.id == "006A"
    assert deal.reason == "Open opportunity with a contact role for Person 003A."


def test_of_several_contacts_with_one_address_the_most_active_is_chosen_every_time() -> None:
    rows = [
        contact("003C", "p@acme.io", LastActivityDate="2026-01-01"),
        contact("003A", "p@acme.io"),
        contact("003B", "p@acme.io", LastActivityDate="2026-05-01"),
    ]

    first = found(Organisation({"Contact": rows}), "p@acme.io")[0]
    second = found(Organisation({"Contact": rows[::-1]}), "p@acme.io")[0]

    assert first == second
    assert first.record.id == "003B"
    assert [other.id for other in first.alternatives] == ["003C", "003A"]
    assert "of 3 with that address" in first.reason


def test_a_lead_is_only_looked_for_when_there_is_no_contact() -> None:
    organisation = Organisation(
        {
            "Contact": [contact("003A", "a@acme.io")],
            "Lead": [contact("00QA", "a@acme.io"), contact("00QB", "b@beta.io")],
        }
    )

    assert summary(found(organisation, "a@acme.io", "b@beta.io")) == [
        ("contact_by_email", "003A"),
        ("lead_by_email", "00QB"),
    ]
    assert any("IsConverted = false" in soql for soql in organisation.asked)


def test_the_deal_with_most_of_the_calls_people_wins() -> None:
    organisation = Organisation(
        {
            "Contact": [contact("003A", "a@acme.io"), contact("003B", "b@acme.io")],
            "OpportunityContactRole": [
                role("003A", "006X", primary=True, closes="2026-01-01"),
                role("003A", "006Y"),
                role("003B", "006Y"),
            ],
        }
    )

    deal = found(organisation, "a@acme.io", "b@acme.io")[-1]

    assert deal.record.id == "006Y"
    assert [other.id for other in deal.alternatives] == ["006X"]


def test_an_account_is_found_by_the_exact_domain_of_its_website() -> None:
    sites = ["https://www.acme.io/about", "notacme.io", "http://acme.io.evil.example"]
    organisation = Organisation({"Account": [account(f"00{n}", site) for n, site in enumerate(sites)]})

    [candidate] = found(organisation, "new@acme.io")

    assert (candidate.rule, candidate.record.id) == ("account_by_domain", "000")
    assert candidate.alternatives == ()


@pytest.mark.parametrize("email", ["someone@gmail.com", "boss@northwind.example", "boss@mail.northwind.example"])
def test_free_mail_and_own_domains_never_lead_to_an_account(email: str) -> None:
    organisation = Organisation({"Account": [account("001A", "gmail.com"), account("001B", "northwind.example")]})

    assert found(organisation, email, own=("northwind.example",)) == []


def test_own_people_are_not_customers_even_when_the_crm_knows_them() -> None:
    organisation = Organisation({"Contact": [contact("003A", "boss@northwind.example")]})

    assert found(organisation, "boss@northwind.example", own=("northwind.example",)) == []


def test_an_activity_with_our_meeting_id_comes_first() -> None:
    organisation = Organisation(
        {"Task": [{"Id": "00TA", "Subject": "Call", "Meeting": "mtg_1"}], "Contact": [contact("003A", "a@acme.io")]}
    )

    assert summary(found(organisation, "a@acme.io"))[0] == ("activity_by_meeting_id", "00TA")


def test_matching_works_before_the_fields_exist() -> None:
    organisation = Organisation({"Contact": [contact("003A", "a@acme.io")]}, provisioned=False)

    assert summary(found(organisation, "a@acme.io")) == [("contact_by_email", "003A")]


def test_addresses_cannot_break_out_of_the_query() -> None:
    organisation = Organisation()

    found(organisation, "o'neil@acme.io")

    assert any(r"o\'neil@acme.io" in soql for soql in organisation.asked)


def test_many_people_are_asked_for_in_parts() -> None:
    organisation = Organisation()

    found(organisation, *(f"p{n}@gmail.com" for n in range(250)))

    assert sum("FROM Contact" in soql for soql in organisation.asked) == 3
