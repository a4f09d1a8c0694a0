"""Employees are never scored, whatever a transcript calls them."""

import pytest

from connectors.base.records import Attendee
from hub.meetings.models import Participant
from hub.meetings.purpose import apply_gate, is_internal


def _person(name: str, *, internal: bool) -> Participant:
    return Participant(id=f"par_{name}", organisation_id="org", meeting_id="mtg", name=name, internal=internal)


DANA = _person("Dana Reyes", internal=True)
PRIYA = _person("Priya Shah", internal=False)


def test_only_guests_are_observed() -> None:
    gate = apply_gate([DANA, PRIYA], ["Dana Reyes", "Priya Shah"])

    assert gate.observed == frozenset({"Priya Shah"})
    assert gate.joined == {DANA.id: "Dana Reyes", PRIYA.id: "Priya Shah"}


@pytest.mark.parametrize(
    "label", ["dana reyes", "DANA  REYES", "Dana Reyes (Northwind)", "Dana Reyes | Sales", "Dána Reyes"]
)
def test_an_employee_is_recognised_by_variants_of_the_name(label: str) -> None:
    assert apply_gate([DANA, PRIYA], [label]).observed == frozenset()


def test_a_speaker_nobody_knows_is_a_guest() -> None:
    assert apply_gate([DANA], ["+44 20 7946 0000"]).observed == frozenset({"+44 20 7946 0000"})


def test_without_names_nobody_is_observed_once_an_employee_took_part() -> None:
    assert apply_gate([DANA, PRIYA], []).observed == frozenset()


def test_a_meeting_of_guests_alone_is_observed_whole() -> None:
    assert apply_gate([PRIYA], []).observed is None


def test_nobody_is_observed_while_it_is_unknown_who_took_part() -> None:
    assert apply_gate([], ["Somebody"]).observed == frozenset()


@pytest.mark.parametrize(
    ("attendee", "internal"),
    [
        (Attendee("A", "a@Northwind.example"), True),
        (Attendee("A", "a@uk.northwind.example"), True),
        (Attendee("A", "a@contoso.example", internal=True), True),
        (Attendee("A", "", host=True), True),
        (Attendee("A", "a@contoso.example", internal=False), False),
        (Attendee("A", "a@notnorthwind.example"), False),
        (Attendee("A"), False),
    ],
)
def test_domain_host_and_the_providers_word_make_somebody_internal(attendee: Attendee, internal: bool) -> None:
    assert is_internal(attendee, ["northwind.example"]) is internal
