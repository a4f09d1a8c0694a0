"""Field mapping, policies, dry run, undo and corrections as people and the API use them, against the simulators."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlmodel import select
from starlette.testclient import TestClient

from hub import console, errors
from hub.accounts.models import Role
from hub.accounts.sessions import find_member
from hub.console.errors import error_page
from hub.deliveries.models import Delivery, DeliveryState
from hub.runtime import Runtime
from tests.support.api import Api, a_key, api
from tests.support.crm_lab import PRIYA, CrmLab, crm_lab, destination_of
from tests.unit.hub.console.conftest import browser_with, somebody

SCORE = "EchoDepth_Trust_Score__c"


@dataclass
class Desk:
    """An admin's browser on the hub, and the lab behind it."""

    lab: CrmLab
    http: TestClient
    token: str

    def text(self, path: str) -> str:
        """What a page says, without its markup."""
        answer = self.http.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
        return words(answer.text)

    def post(self, path: str, **form: str) -> Any:
        return self.http.post(path, data={"csrf_token": self.token, **form})


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def desk_of(lab: CrmLab) -> Desk:
    app = FastAPI()
    app.state.runtime = lab.runtime
    app.state.error_page = error_page
    errors.install(app)
    app.include_router(console.router)
    cookie = somebody(lab.runtime, lab.organisation_id, "dana@northwind.example", Role.OWNER)
    with lab.runtime.database.transaction() as session:
        member = find_member(session, cookie, lab.runtime.clock())
    assert member is not None
    return Desk(lab, browser_with(app, cookie), member.csrf_token)


@pytest.fixture
def desk(tmp_path: Path, runtime: Runtime) -> Iterator[Desk]:
    with crm_lab(tmp_path, runtime, "salesforce") as lab:
        yield desk_of(lab)


@pytest.fixture
def caller(desk: Desk) -> Api:
    """A key of the same organisation."""
    return api(desk.lab.runtime, a_key(desk.lab.runtime, organisation="Northwind"))


def _form(html: str) -> dict[str, str]:
    """Every select of the mapping form with what is chosen."""
    chosen = {}
    for name, options in re.findall(
        r'<select class="select" id="[^"]+" name="([^"]+)"[^>]*>(.*?)</select>', html, re.S
    ):
        found = re.search(r'value="([^"]*)" selected', options)
        chosen[name] = unescape(found[1]) if found else ""
    return chosen


def test_a_mapping_is_changed_on_its_page_and_put_back(desk: Desk) -> None:
    path = f"/destinations/{desk.lab.destination_id}/mapping"
    form = _form(desk.http.get(path).text)
    assert form["Contact.trust_score"] == SCORE

    saved = desk.post(path, **{**form, "Opportunity.trust_score": "Amount", "Lead.valence": ""})

    assert saved.headers["location"] == path
    assert destination_of(desk.lab).mapping["Opportunity.trust_score"] == "Amount"
    assert _form(desk.http.get(path).text)["Lead.valence"] == ""
    desk.post(f"{path}/reset")
    assert destination_of(desk.lab).mapping == {}


def test_a_figure_that_does_not_fit_is_told_at_its_row_and_nothing_is_saved(desk: Desk) -> None:
    path = f"/destinations/{desk.lab.destination_id}/mapping"

    answer = desk.post(path, **{**_form(desk.http.get(path).text), "Opportunity.alerts": "Amount"})

    assert answer.status_code == 422
    assert "Amount is of the type currency, which cannot hold a text." in words(answer.text)
    assert _form(answer.text)["Opportunity.alerts"] == "Amount"
    assert destination_of(desk.lab).mapping == {}


def test_a_crm_that_cannot_be_read_is_told_in_words(desk: Desk) -> None:
    desk.lab.sandbox("POST", "/revoke/salesforce")

    said = desk.text(f"/destinations/{desk.lab.destination_id}/mapping")

    assert "Salesforce does not show its fields at the moment" in said
    assert "connected again" in said


def test_policies_are_kept(desk: Desk) -> None:
    desk.post(f"/destinations/{desk.lab.destination_id}/policy", closed_deals="true", internal_meetings="skip")

    assert destination_of(desk.lab).policy == {"leads": False, "closed_deals": True, "internal_meetings": "skip"}
    wrong = desk.post(f"/destinations/{desk.lab.destination_id}/policy", internal_meetings="sometimes")
    assert wrong.headers["location"] == "/destinations"
    assert destination_of(desk.lab).policy["internal_meetings"] == "skip"


def test_the_dry_run_shows_each_record_with_its_reason_and_fields(desk: Desk) -> None:
    meeting, _ = desk.lab.a_meeting(PRIYA)

    said = desk.text(f"/destinations/{desk.lab.destination_id}/dry-run?meeting_id={meeting.id}")

    assert "3 records, 3 calls to Salesforce." in said
    assert f"Contact with the e-mail address {PRIYA}." in said
    assert "EchoDepth Trust Score EchoDepth_Trust_Score__c empty 72.4" in said
    assert desk.lab.records("Task") == []


def test_a_delivery_is_undone_from_the_meetings_page(desk: Desk) -> None:
    meeting, analysis_id = desk.lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(desk.lab.deliver(analysis_id))
    page = f"/meetings/{meeting.id}"
    assert f"/deliveries/{delivery.id}/undo" in desk.http.get(page).text

    answer = desk.post(f"/deliveries/{delivery.id}/undo", back=page)

    assert answer.headers["location"] == page
    assert desk.lab.contact("Priya")[SCORE] is None
    said = desk.text(page)
    assert "Undone: " in said
    assert f"/deliveries/{delivery.id}/undo" not in desk.http.get(page).text


def test_the_meetings_page_offers_to_undo_what_stands_after_sending_it_again_failed(desk: Desk) -> None:
    meeting, analysis_id = desk.lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(desk.lab.deliver(analysis_id))
    with desk.lab.runtime.database.transaction() as session:
        session.get_one(Delivery, delivery.id).state = DeliveryState.DEAD

    assert f"/deliveries/{delivery.id}/undo" in desk.http.get(f"/meetings/{meeting.id}").text


def test_another_record_is_searched_taken_and_the_correction_undone(desk: Desk) -> None:
    meeting, analysis_id = desk.lab.a_meeting(PRIYA)
    asyncio.run(desk.lab.deliver(analysis_id))
    match = next(row for row in desk.lab.matches(meeting.id) if row.record_type == "Contact")
    address = f"/meetings/{meeting.id}/records/{desk.lab.connection_id}"
    joe = desk.lab.contact("Joe")["Id"]
    assert "Joe Meyer" in desk.text(f"{address}?match_id={match.id}&text=joe")

    desk.post(f"/matches/{match.id}/choose", record_type="Contact", record_id=joe, text="joe")

    assert joe in [row.record_id for row in desk.lab.matches(meeting.id)]
    assert "Undo the correction" in desk.text(f"/meetings/{meeting.id}")
    desk.post(f"/matches/{match.id}/undo")
    assert "Chosen by a member" not in desk.text(f"/meetings/{meeting.id}")
    assert joe not in [row.record_id for row in desk.lab.matches(meeting.id)]


def test_a_record_that_no_rule_found_is_added_and_a_wrong_one_left_out_and_brought_back(desk: Desk) -> None:
    meeting, analysis_id = desk.lab.a_meeting(PRIYA)
    asyncio.run(desk.lab.deliver(analysis_id))
    address, joe = f"/meetings/{meeting.id}/records/{desk.lab.connection_id}", desk.lab.contact("Joe")["Id"]

    desk.post(address, record_type="Contact", record_id=joe, text="joe")
    added = next(row for row in desk.lab.matches(meeting.id) if row.record_id == joe)
    desk.post(f"/matches/{added.id}/remove")

    said = desk.text(f"/meetings/{meeting.id}")
    assert "1 record was left out by a member" in said
    assert "Let the rules decide again about Joe Meyer" in said
    assert desk.post(address, record_type="Contact", record_id="003ELSE", text="joe").status_code == 404


def test_a_plain_member_changes_nothing_in_the_crm(desk: Desk) -> None:
    cookie = somebody(desk.lab.runtime, desk.lab.organisation_id, "mo@northwind.example", Role.MEMBER)
    member = browser_with(desk.http.app, cookie)  # type: ignore[arg-type]

    assert member.get(f"/destinations/{desk.lab.destination_id}/mapping").status_code == 403


def test_the_api_reads_changes_tries_and_resets_a_mapping(desk: Desk, caller: Api) -> None:
    meeting, _ = desk.lab.a_meeting(PRIYA)
    path = f"/v1/destinations/{desk.lab.destination_id}"

    shown = caller.get(f"{path}/mapping").json()
    refused = caller.send("PUT", f"{path}/mapping", json={"mapping": {"Contact.alerts": "LastName", "Lead.url": "x"}})
    tried = caller.post(
        f"{path}/dry-run", json={"meeting_id": meeting.id, "mapping": {"Contact.trust_score": SCORE}}
    ).json()
    saved = caller.send("PUT", f"{path}/mapping", json={"mapping": {"Contact.trust_score": SCORE}})
    listed = caller.post(f"{path}/provision", json={"dry_run": True}).json()["data"]

    assert [each["type"] for each in shown["types"]] == ["Contact", "Lead", "Opportunity", "Task"]
    assert shown["is_default"] is True
    assert refused.status_code == 422
    assert refused.json()["error"]["details"]["fields"].keys() == {"Contact.alerts", "Lead.url"}
    [contact] = [each for each in tried["data"] if each["record_type"] == "Contact"]
    assert (contact["outcome"], contact["values"], contact["changes"][0]["before"]) == ("update", {SCORE: 72.4}, None)
    assert tried["api_calls"] == 3
    assert saved.status_code == 200
    assert "Contact.EchoDepth_Valence__c" not in [each["name"] for each in listed]
    assert caller.delete(f"{path}/mapping").status_code == 200
    assert caller.get(path).json()["mapping"] == {}


def test_the_api_undoes_a_delivery_once(desk: Desk, caller: Api) -> None:
    _, analysis_id = desk.lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(desk.lab.deliver(analysis_id))

    first = caller.post(f"/v1/deliveries/{delivery.id}/undo").json()
    again = caller.post(f"/v1/deliveries/{delivery.id}/undo").json()

    assert first["delivery"]["state"] == "undone"
    assert {each["name"] for each in first["restored"]} == {"Contact Priya Shah", "Opportunity Contoso renewal"}
    assert (first["left"], again["restored"]) == ([], first["restored"])
    assert first["removed"][0].startswith("Task")


def test_what_was_never_written_cannot_be_undone(desk: Desk, caller: Api) -> None:
    _, analysis_id = desk.lab.a_meeting("nobody@nowhere.example")
    asyncio.run(desk.lab.deliver(analysis_id))
    with desk.lab.runtime.database.transaction() as session:
        delivery = session.exec(select(Delivery)).one()
    assert delivery.state is DeliveryState.SKIPPED

    answer = caller.post(f"/v1/deliveries/{delivery.id}/undo")

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")


def test_settings_beside_figures_are_kept(tmp_path: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.hubspot.pacing._PACES", {})
    with crm_lab(tmp_path, runtime, "hubspot") as lab:
        desk = desk_of(lab)
        path = f"/destinations/{lab.destination_id}/mapping"
        form = _form(desk.http.get(path).text)

        desk.post(path, **form, **{"Contact.timeline_event": "1000001", "Deal.timeline_event": ""})

        mapping = destination_of(lab).mapping
        assert (mapping["Contact.timeline_event"], "Deal.timeline_event" in mapping) == ("1000001", False)
