"""From a report to HubSpot's properties."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base.records import RecordRef
from connectors.hubspot import timeline
from connectors.hubspot.mapping import (
    DEFAULT_MAPPING,
    before_writing,
    call_values,
    is_this_meeting,
    property_values,
    read_before,
    shows_later_meeting,
)
from connectors.hubspot.properties import BEFORE, FIGURES, MEETING_ID, TECHNICAL
from tests.support.reports import a_report


def test_every_description_says_what_the_figures_are_not() -> None:
    texts = [spec.description for specs in (FIGURES.values(), *TECHNICAL.values()) for spec in specs]

    assert all("is not a lie detector" in text for text in texts)
    assert not [text for text in texts if re.search(r"detects? (lies|deception)|truthful|dishonest", text)]


def test_names_fit_hubspots_rules_and_are_ours() -> None:
    names = [spec.name for specs in (FIGURES.values(), *TECHNICAL.values()) for spec in specs]

    assert all(re.fullmatch(r"echodepth_[a-z_]{1,80}", name) for name in names)


def test_a_mapping_can_differ_by_type_and_leave_figures_out() -> None:
    mapping = {"trust_score": "score", "Deal.trust_score": "deal_score", "valence": ""}

    assert property_values(a_report(), "Contact", mapping) == {"score": 72.4}
    assert property_values(a_report(), "Deal", mapping) == {"deal_score": 72.4}


def test_what_is_not_known_clears_its_property() -> None:
    values = property_values(a_report(trust_score=None, trust_interval=None), "Contact", DEFAULT_MAPPING)

    assert values["echodepth_trust_score"] == values["echodepth_trust_low"] == values["echodepth_dominance"] == ""
    assert values["echodepth_score_note"] == "Not enough to judge."


def test_what_people_said_cannot_become_markup() -> None:
    report = a_report(title="<b>x</b>", summary="<script>alert(1)</script>\nSecond line")

    body = call_values(report)["hs_call_body"]

    assert "<script>" not in body
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>Second line" in body


@pytest.mark.parametrize(
    "text", ["", "not json", "[]", "{}", '{"meeting_id": "m"}', '{"meeting_id": "m", "values": 3}']
)
def test_former_values_that_somebody_wrote_over_count_as_none(text: str) -> None:
    assert read_before({BEFORE: text}) is None


def test_the_values_before_the_first_revision_are_kept() -> None:
    first = before_writing({"a": "old"}, ["a"], "mtg", ["Contact:1"])

    second = before_writing({"a": "ours", "b": None, BEFORE: first.to_text()}, ["a", "b"], "mtg", ["Deal:2"])
    other = before_writing({"a": "ours", BEFORE: first.to_text()}, ["a"], "another meeting")

    assert (second.values, second.links) == ({"a": "old", "b": ""}, ("Contact:1", "Deal:2"))
    assert (other.values, other.links) == ({"a": "ours"}, ())


@pytest.mark.parametrize(
    ("row", "is_it"),
    [
        ({}, True),
        ({"hs_timestamp": "2026-11-18T09:00:00Z"}, True),
        ({"hs_timestamp": "2026-11-11T10:00:00Z"}, False),
        ({"hs_timestamp": "2026-11-18T10:00:00Z", MEETING_ID: "another"}, False),
        ({"hs_timestamp": "2026-01-01T10:00:00Z", MEETING_ID: "mtg_01"}, True),
    ],
)
def test_occurrences_of_a_series_are_told_apart(row: dict[str, Any], is_it: bool) -> None:
    assert is_this_meeting(row, a_report()) is is_it


def test_a_later_call_is_recognised_unless_it_is_the_same_meeting() -> None:
    later = {"at": "2026-11-19T10:00:00.000Z"}
    same = later | {BEFORE: before_writing({}, [], "mtg_01").to_text()}

    assert shows_later_meeting(later, "at", a_report())
    assert not shows_later_meeting(same, "at", a_report())
    assert not shows_later_meeting(later, "at", a_report(started_at=datetime(2026, 11, 20, tzinfo=UTC)))


def test_events_go_only_where_a_template_is_set_up_and_know_their_tokens() -> None:
    records = [RecordRef("Contact", "1"), RecordRef("Deal", "2"), RecordRef("Call", "3")]

    [(ref, event)] = timeline.events(a_report(trust_score=None), records, {"Deal.timeline_event": "77"})

    known = {token["name"] for token in timeline.template("Deal")["tokens"]}
    assert (ref.id, event["eventTemplateId"], event["id"]) == ("2", "77", "ana_01-2")
    assert set(event["tokens"]) <= known
    assert "trust_score" not in event["tokens"]
