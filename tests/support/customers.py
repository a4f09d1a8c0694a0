"""Customers in the simulated CRMs, and meetings with many people, for tests with many meetings."""

from collections.abc import Sequence
from typing import Any

import httpx

from tests.support.simulated import App

HOST = {"name": "Dana Reyes", "email": "dana.reyes@northwind.example", "internal": True}
PEOPLE = 10


def customer(number: int) -> dict[str, str]:
    """One customer, who is in no other meeting."""
    return {"name": f"Kim Customer{number}", "email": f"kim@customer-{number}.example"}


def people_of(number: int) -> list[dict[str, Any]]:
    """Ten people: the host, one customer, and eight whom no CRM knows."""
    others = [
        {"name": f"Guest {n} of {number}", "email": f"guest{n}@partner-{number}.example"} for n in range(PEOPLE - 2)
    ]
    return [HOST, customer(number), *others]


def add_to_salesforce(base: str, numbers: Sequence[int]) -> None:
    """Make the customers Contacts."""
    rows = [{"LastName": f"Customer{n}", "FirstName": "Kim", "Email": customer(n)["email"]} for n in numbers]
    records = [{"attributes": {"type": "Contact"}, **row} for row in rows]
    answer = _post(base, "salesforce", "/services/data/v62.0/composite/sobjects", {"records": records})
    assert all(row["success"] for row in answer), answer


def add_to_hubspot(base: str, numbers: Sequence[int]) -> None:
    """Make the customers contacts."""
    rows = [{"lastname": f"Customer{n}", "firstname": "Kim", "email": customer(n)["email"]} for n in numbers]
    inputs = [{"properties": row} for row in rows]
    answer = _post(base, "hubspot", "/hubspot/api/crm/v3/objects/contacts/batch/create", {"inputs": inputs})
    assert len(answer["results"]) == len(rows), answer


def _post(base: str, provider: str, path: str, body: Any) -> Any:
    with httpx.Client(base_url=base, trust_env=False, timeout=60) as http:
        token = App(base, provider, http).connect()["access_token"]
        answer = http.post(path, json=body, headers={"authorization": f"Bearer {token}"}).raise_for_status()
        return answer.json()
