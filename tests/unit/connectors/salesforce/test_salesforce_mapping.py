"""From a report to Salesforce values."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base.records import RecordRef
from connectors.salesforce.fields import BEFORE, FIGURES, RECORD_TYPES, fields_of
from connectors.salesforce.mapping import (
    DEFAULT_MAPPING,
    before_writing,
    field_values,
    read_before,
    shows_later_meeting,
    task_values,
)
from tests.support.reports import a_report

CONTACT = RecordRef("Contact", "003A", "Priya Raman")
LEAD = RecordRef("Lead", "00QA", "Leo Lead")
DEAL = RecordRef("Opportunity", "006A", "Renewal")
ACCOUNT = RecordRef("Account", "001A", "Acme")


def test_every_figure_lands_in_its_field() -> None:
    values = field_values(a_report(), "Contact", DEFAULT_MAPPING)

    assert values == {
        "EchoDepth_Trust_Score__c": 72.4,
        "EchoDepth_Trust_Low__c": 64.1,
        "EchoDepth_Trust_High__c": 80.2,
        "EchoDepth_Score_Note__c": None,
        "EchoDepth_Valence__c": 0.61,
        "EchoDepth_Arousal__c": 0.5,
        "EchoDepth_Dominance__c": None,
        "EchoDepth_Alert_Count__c": 1,
        "EchoDepth_Alerts__c": "arousal high 0.91 (limit 0.80) at 4:05, Priya Raman",
        "EchoDepth_Meeting_At__c": "2026-11-18T10:00:00.000+0000",
        "EchoDepth_Analysed_At__c": "2026-11-18T10:40:00.000+0000",
        "EchoDepth_Analysis_URL__c": "https://hub.example/meetings/mtg_01?tab=a&b=c",
    }


def test_an_abstained_score_is_null_with_its_reason() -> None:
    values = field_values(a_report(trust_score=None, abstained_reason="Too little speech."), "Lead", DEFAULT_MAPPING)

    assert values["EchoDepth_Trust_Score__c"] is None
    assert values["EchoDepth_Trust_Low__c"] is None
    assert values["EchoDepth_Score_Note__c"] == "Too little speech."


def test_a_mapping_can_differ_by_object_and_leave_figures_out() -> None:
    mapping = {"trust_score": "Score__c", "Lead.trust_score": "Lead_Score__c", "valence": ""}

    assert field_values(a_report(), "Contact", mapping) == {"Score__c": 72.4}
    assert field_values(a_report(), "Lead", mapping) == {"Lead_Score__c": 72.4}


@pytest.mark.parametrize(
    ("records", "who", "what"),
    [
        ([CONTACT, DEAL, ACCOUNT], "003A", "006A"),
        ([DEAL, LEAD, CONTACT], "003A", "006A"),
        ([LEAD, ACCOUNT], "00QA", None),
        ([ACCOUNT], None, "001A"),
    ],
)
def test_the_task_is_linked_as_salesforce_allows(records: list[RecordRef], who: str | None, what: str | None) -> None:
    task = task_values(a_report(), records)

    assert (task["WhoId"], task["WhatId"]) == (who, what)


def test_a_task_that_is_the_only_match_keeps_the_links_people_gave_it() -> None:
    assert "WhoId" not in task_values(a_report(), [RecordRef("Task", "00TA")])


def test_the_task_tells_the_call_in_words() -> None:
    task = task_values(a_report(), [CONTACT])

    assert task["Subject"] == "Call: Renewal with Acme"
    assert task["ActivityDate"] == "2026-11-18"
    assert task["CallDurationInSeconds"] == 1830
    assert "Trust Score 72 of 100 (between 64 and 80)" in task["Description"]
    assert "▼ 10:12 Priya Raman, hesitation: “Hesitated before the price”" in task["Description"]
    assert "not a lie detector" in task["Description"]


def test_every_field_says_what_it_is_not_within_salesforces_limit() -> None:
    specs = [spec for name in (*RECORD_TYPES, "Activity") for spec in fields_of(name)]

    assert all("not a lie detector" in spec.help_text for spec in specs)
    assert all(len(spec.help_text) <= 510 and len(spec.label) <= 40 for spec in specs)


def test_activities_get_no_long_text_field_and_carry_the_meetings_id() -> None:
    kinds = {spec.name: spec.kind for spec in fields_of("Activity")}

    assert "LongTextArea" not in {kind["type"] for kind in kinds.values()}
    assert kinds["EchoDepth_Meeting_Id__c"]["externalId"]
    assert kinds["EchoDepth_Meeting_Id__c"]["unique"]


def test_field_names_are_unique() -> None:
    assert len({spec.name for spec in FIGURES.values()}) == len(FIGURES)


def _row(**values: Any) -> dict[str, Any]:
    return {"Id": "003A", "Score__c": 50.0, BEFORE: None, **values}


def test_a_repetition_still_knows_the_values_before_the_first_writing() -> None:
    first = before_writing(_row(), ["Score__c"], "mtg_01")

    again = before_writing(_row(Score__c=72.4, **{BEFORE: first.to_text()}), ["Score__c"], "mtg_01")

    assert again.values == {"Score__c": 50.0}


def test_another_meeting_remembers_what_this_one_wrote() -> None:
    first = before_writing(_row(), ["Score__c"], "mtg_01")

    other = before_writing(_row(Score__c=72.4, **{BEFORE: first.to_text()}), ["Score__c"], "mtg_02")

    assert other.values == {"Score__c": 72.4}


@pytest.mark.parametrize("text", ["not json", "[]", "3", '{"values": {}}', ""])
def test_a_field_that_people_wrote_over_is_not_believed(text: str) -> None:
    assert read_before({BEFORE: text}) is None


@pytest.mark.parametrize(
    ("shown", "later"), [("2026-11-18T10:00:01.000+0000", True), ("2026-11-17T10:00:00.000+0000", False), (None, False)]
)
def test_an_older_call_does_not_hide_a_later_one(shown: str | None, later: bool) -> None:
    assert shows_later_meeting({"At__c": shown}, "At__c", a_report()) is later


def test_a_revision_of_the_call_shown_is_written() -> None:
    row = _row(At__c="2026-11-18T10:00:01.000+0000")
    row[BEFORE] = before_writing(_row(), ["Score__c"], "mtg_01").to_text()

    assert not shows_later_meeting(row, "At__c", a_report(started_at=datetime(2026, 11, 18, 10, tzinfo=UTC)))
