"""What the hub does with a CRM: own figures for each person, dry run, undo, late contacts, mapping, corrections."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from connectors.base.crm import PlannedAction
from connectors.base.mapping import CATALOGUE
from hub.accounts.models import AuditEntry
from hub.crm.models import CrmWatch
from hub.crm.service import correct_match, remove_match
from hub.crm.service.mapping import change_mapping, read_mapping, reset_mapping
from hub.crm.service.provisioning import provision
from hub.crm.service.rehearsing import dry_run
from hub.crm.service.searching import search_records
from hub.crm.service.watching import rematch_due
from hub.deliveries.models import Delivery, DeliveryState
from hub.deliveries.planning import INTERNAL, UNDONE
from hub.deliveries.service import change_destination, replay
from hub.deliveries.service.undoing import undo_delivery
from hub.errors import Conflict, InvalidInput, NotFound
from hub.meetings.models import Meeting
from hub.runtime import Runtime
from tests.support.crm_lab import JOE, NOVA, PRIYA, CrmLab, crm_lab, destination_of

SCORE = {"salesforce": "EchoDepth_Trust_Score__c", "hubspot": "echodepth_trust_score"}
VALENCE = {"salesforce": "EchoDepth_Valence__c", "hubspot": "echodepth_valence"}
OTHER_FIELD = {"salesforce": ("Opportunity", "Amount"), "hubspot": ("Deal", "amount")}


@pytest.fixture(params=["salesforce", "hubspot"])
def lab(
    request: pytest.FixtureRequest, tmp_path: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[CrmLab]:
    monkeypatch.setattr("connectors.hubspot.pacing._PACES", {})
    with crm_lab(tmp_path, runtime, request.param) as made:
        yield made


def score_of(lab: CrmLab, name: str) -> float | None:
    value = lab.contact(name).get(SCORE[lab.provider])
    return float(value) if value not in (None, "") else None


def deal_score(lab: CrmLab) -> float:
    kind, name = ("deals", "dealname") if lab.provider == "hubspot" else ("Opportunity", "Name")
    row = next(each for each in lab.records(kind) if each[name] == "Contoso renewal")
    return float(row[SCORE[lab.provider]])


def activities(lab: CrmLab) -> int:
    return len(lab.records("calls" if lab.provider == "hubspot" else "Task"))


async def make_contact(lab: CrmLab, email: str) -> None:
    if lab.provider == "hubspot":
        values = {"firstname": "Nova", "lastname": "Lind", "email": email}
        await lab.ask("POST", "/crm/v3/objects/contacts", {"properties": values})
    else:
        values = {"FirstName": "Nova", "LastName": "Lind", "Email": email}
        await lab.ask("POST", "/sobjects/Contact", values)


async def change_contact(lab: CrmLab, name: str, field: str, value: object) -> None:
    record_id = lab.contact(name)["id"]
    if lab.provider == "hubspot":
        await lab.ask("PATCH", f"/crm/v3/objects/contacts/{record_id}", {"properties": {field: value}})
    else:
        await lab.ask("PATCH", f"/sobjects/Contact/{record_id}", {field: value})


def test_each_person_gets_their_own_score_and_the_deal_the_meetings(lab: CrmLab) -> None:
    _, analysis_id = lab.a_meeting(PRIYA, JOE, scores={PRIYA: 81.0, JOE: 55.5})

    [delivery] = asyncio.run(lab.deliver(analysis_id))

    assert delivery.state is DeliveryState.SUCCEEDED, delivery.state_reason
    assert (score_of(lab, "Priya"), score_of(lab, "Joe"), deal_score(lab)) == (81.0, 55.5, 72.4)


def test_a_dry_run_tells_what_the_delivery_then_writes(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)

    tried = asyncio.run(dry_run(lab.runtime, lab.organisation_id, lab.destination_id, meeting.id))

    assert activities(lab) == 0
    assert lab.matches(meeting.id) == []
    contact, deal, activity = tried.records
    assert "e-mail address" in tried.reason_of(contact)
    assert (deal.action, activity.action) == (PlannedAction.UPDATE, PlannedAction.CREATE)
    planned = {change.field: change.after for change in contact.changes}
    asyncio.run(lab.deliver(analysis_id))
    assert score_of(lab, "Priya") == planned[SCORE[lab.provider]]


def test_a_dry_run_says_why_nothing_would_be_sent(lab: CrmLab) -> None:
    meeting, _ = lab.a_meeting(PRIYA)
    change_destination(lab.runtime, lab.organisation_id, lab.destination_id, actor="t", rule={"trust_score_below": 60})

    tried = asyncio.run(dry_run(lab.runtime, lab.organisation_id, lab.destination_id, meeting.id))

    assert tried.skipped == "The rule takes Trust Scores below 60 only, this one is 72."


def test_undo_restores_once_and_can_be_delivered_again(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(lab.deliver(analysis_id))

    first = asyncio.run(undo_delivery(lab.now, lab.organisation_id, delivery.id, actor="usr_1"))
    again = asyncio.run(undo_delivery(lab.now, lab.organisation_id, delivery.id, actor="usr_1"))

    assert (score_of(lab, "Priya"), activities(lab)) == (None, 0)
    assert first.left == ()
    assert (again.restored, again.removed) == (first.restored, first.removed)
    assert [entry.action for entry in _audit(lab, "delivery.undone")] == ["delivery.undone"]
    assert lab.told(meeting.id, "delivery.undone") == [first.summary]

    replay(lab.now, lab.organisation_id, delivery.id, actor="usr_1")
    asyncio.run(lab.attempt(delivery.id))
    assert (score_of(lab, "Priya"), activities(lab)) == (72.4, 1)


def test_undo_leaves_what_somebody_changed_and_says_so(lab: CrmLab) -> None:
    _, analysis_id = lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(lab.deliver(analysis_id))
    asyncio.run(change_contact(lab, "Priya", SCORE[lab.provider], 99))

    report = asyncio.run(undo_delivery(lab.now, lab.organisation_id, delivery.id, actor="usr_1"))

    [left] = report.left
    assert (left.name, left.field) == ("Contact Priya Shah", SCORE[lab.provider])
    assert score_of(lab, "Priya") == 99
    assert "1 were left" in report.summary


def test_a_revision_after_an_undo_waits_for_a_person(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(lab.deliver(analysis_id))
    asyncio.run(undo_delivery(lab.now, lab.organisation_id, delivery.id, actor="usr_1"))

    asyncio.run(lab.deliver(_revision(lab, meeting)))

    newest = lab.deliveries()[-1]
    assert (newest.state, newest.state_reason) == (DeliveryState.SKIPPED, UNDONE)
    assert score_of(lab, "Priya") is None


def test_only_the_newest_delivery_of_a_meeting_can_be_undone(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    [first] = asyncio.run(lab.deliver(analysis_id))
    [second] = asyncio.run(lab.deliver(_revision(lab, meeting)))

    with pytest.raises(Conflict, match="later revision"):
        asyncio.run(undo_delivery(lab.now, lab.organisation_id, first.id, actor="usr_1"))
    asyncio.run(undo_delivery(lab.now, lab.organisation_id, second.id, actor="usr_1"))
    assert score_of(lab, "Priya") is None


def test_an_earlier_delivery_can_be_undone_after_a_later_revision_never_arrived(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    [first] = asyncio.run(lab.deliver(analysis_id))
    _revision(lab, meeting)
    second = _end(lab, _another_delivery(lab, first), DeliveryState.DEAD)

    with pytest.raises(Conflict, match="Nothing was written"):
        asyncio.run(undo_delivery(lab.now, lab.organisation_id, second, actor="usr_1"))
    asyncio.run(undo_delivery(lab.now, lab.organisation_id, first.id, actor="usr_1"))

    assert score_of(lab, "Priya") is None


def test_an_earlier_delivery_is_not_undone_while_a_later_one_is_on_its_way(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    [first] = asyncio.run(lab.deliver(analysis_id))
    _revision(lab, meeting)
    _another_delivery(lab, first)

    with pytest.raises(Conflict, match="on its way"):
        asyncio.run(undo_delivery(lab.now, lab.organisation_id, first.id, actor="usr_1"))


@pytest.mark.parametrize("ended", [DeliveryState.DEAD, DeliveryState.SKIPPED])
def test_what_stands_in_the_crm_can_be_undone_however_sending_it_again_ended(lab: CrmLab, ended: DeliveryState) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(lab.deliver(analysis_id))
    replay(lab.now, lab.organisation_id, delivery.id, actor="usr_1")
    _end(lab, delivery.id, ended)

    report = asyncio.run(undo_delivery(lab.now, lab.organisation_id, delivery.id, actor="usr_1"))

    assert score_of(lab, "Priya") is None
    assert report.delivery.state is DeliveryState.UNDONE
    assert lab.told(meeting.id, "delivery.undone") == [report.summary]


def test_undo_reaches_a_record_left_out_before_sending_it_again_failed(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    [first] = asyncio.run(lab.deliver(analysis_id))
    replay(lab.now, lab.organisation_id, first.id, actor="usr_1")
    _end(lab, first.id, DeliveryState.DEAD)
    contact = next(row for row in lab.matches(meeting.id) if row.record_type == "Contact")
    remove_match(lab.runtime, lab.organisation_id, contact.id, actor="usr_1")
    [second] = asyncio.run(lab.deliver(_revision(lab, meeting)))

    asyncio.run(undo_delivery(lab.now, lab.organisation_id, second.id, actor="usr_1"))

    assert score_of(lab, "Priya") is None


def test_undo_reaches_a_record_that_was_left_out_before_the_same_was_sent_again(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(lab.deliver(analysis_id))
    contact = next(row for row in lab.matches(meeting.id) if row.record_type == "Contact")
    remove_match(lab.runtime, lab.organisation_id, contact.id, actor="usr_1")
    replay(lab.now, lab.organisation_id, delivery.id, actor="usr_1")
    asyncio.run(lab.attempt(delivery.id))

    asyncio.run(undo_delivery(lab.now, lab.organisation_id, delivery.id, actor="usr_1"))

    assert score_of(lab, "Priya") is None


def test_nobody_undoes_what_belongs_to_others(lab: CrmLab) -> None:
    _, analysis_id = lab.a_meeting(PRIYA)
    [delivery] = asyncio.run(lab.deliver(analysis_id))

    with pytest.raises(NotFound):
        asyncio.run(undo_delivery(lab.now, "org_other", delivery.id, actor="usr_1"))


def test_a_contact_that_appears_days_later_gets_its_result_and_nothing_twice(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA, NOVA, scores={PRIYA: 81.0, NOVA: 44.0})
    asyncio.run(lab.deliver(analysis_id))
    assert _rounds(lab) == 0
    lab.later = timedelta(days=3)
    asyncio.run(make_contact(lab, NOVA))

    assert rematch_due(lab.now) == 1
    asyncio.run(lab.deliver(analysis_id))

    assert (score_of(lab, "Nova"), score_of(lab, "Priya"), activities(lab)) == (44.0, 81.0, 1)
    assert lab.told(meeting.id, "delivery.renewed") == [
        "Contact Nova Lind appeared after the result was sent; it is sent there too."
    ]
    assert _watches(lab) == []
    assert rematch_due(lab.now) == 0


def test_looking_for_records_ends_after_a_month(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(NOVA)
    asyncio.run(lab.deliver(analysis_id))

    rounds = 0
    for day in range(1, 40):
        lab.later = timedelta(days=day, minutes=day)
        rounds += rematch_due(lab.now)

    assert rounds == 29
    assert _watches(lab) == []
    assert "on 29 days" in lab.told(meeting.id, "matching.ended")[0]


def test_a_complete_match_is_not_looked_for_again(lab: CrmLab) -> None:
    _, analysis_id = lab.a_meeting(PRIYA)

    asyncio.run(lab.deliver(analysis_id))

    assert _watches(lab) == []


def test_rounds_are_bounded_and_come_once_a_day(lab: CrmLab) -> None:
    _, analysis_id = lab.a_meeting(NOVA)
    asyncio.run(lab.deliver(analysis_id))
    lab.later = timedelta(days=1, minutes=1)

    assert [rematch_due(lab.now), rematch_due(lab.now)] == [1, 0]


def test_a_corrected_record_takes_the_persons_score_and_keeps_it_with_the_next_revision(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    asyncio.run(lab.deliver(analysis_id))
    contact = next(row for row in lab.matches(meeting.id) if row.record_type == "Contact")
    [joe] = [
        ref
        for ref in asyncio.run(search_records(lab.runtime, lab.organisation_id, lab.connection_id, "Joe Meyer"))
        if ref.type == "Contact"
    ]

    correct_match(lab.runtime, lab.organisation_id, contact.id, joe, actor="usr_1")
    asyncio.run(lab.deliver(_revision(lab, meeting)))

    assert score_of(lab, "Joe") == 72.4
    assert PRIYA in [row.participant_email for row in lab.matches(meeting.id)]
    assert joe.id in [row.record_id for row in lab.matches(meeting.id)]


def test_undo_reaches_a_record_that_was_left_out_since(lab: CrmLab) -> None:
    meeting, analysis_id = lab.a_meeting(PRIYA)
    asyncio.run(lab.deliver(analysis_id))
    contact = next(row for row in lab.matches(meeting.id) if row.record_type == "Contact")
    remove_match(lab.runtime, lab.organisation_id, contact.id, actor="usr_1")
    [second] = asyncio.run(lab.deliver(_revision(lab, meeting)))

    asyncio.run(undo_delivery(lab.now, lab.organisation_id, second.id, actor="usr_1"))

    assert score_of(lab, "Priya") is None


def test_internal_meetings_are_left_out_by_policy(lab: CrmLab) -> None:
    change_destination(
        lab.runtime, lab.organisation_id, lab.destination_id, actor="t", policy={"internal_meetings": "skip"}
    )
    meeting, analysis_id = lab.a_meeting()

    asyncio.run(lab.deliver(analysis_id))

    [delivery] = lab.deliveries()
    assert (delivery.state, delivery.state_reason) == (DeliveryState.SKIPPED, INTERNAL)
    tried = asyncio.run(dry_run(lab.runtime, lab.organisation_id, lab.destination_id, meeting.id))
    assert "Only people of your own organisation" in tried.skipped


def test_a_mapping_is_checked_row_by_row_and_kept_only_if_all_fit(lab: CrmLab) -> None:
    kind, number = OTHER_FIELD[lab.provider]
    wrong = {f"{kind}.trust_score": "no_such_field", f"{kind}.alerts": number, "Nothing.trust_score": "x"}

    with pytest.raises(InvalidInput) as unknown:
        asyncio.run(_change(lab, wrong))
    with pytest.raises(InvalidInput) as refused:
        asyncio.run(_change(lab, {key: value for key, value in wrong.items() if not key.startswith("Nothing")}))

    assert "There is no type Nothing" in _fields(unknown)["Nothing.trust_score"]
    assert "no field no_such_field" in _fields(refused)[f"{kind}.trust_score"]
    assert "cannot hold a text" in _fields(refused)[f"{kind}.alerts"]
    assert destination_of(lab).mapping == {}


def test_a_mapping_is_used_audited_and_reset(lab: CrmLab) -> None:
    kind, number = OTHER_FIELD[lab.provider]
    mapping = {f"{kind}.trust_score": number, "Contact.trust_score": SCORE[lab.provider]}
    asyncio.run(_change(lab, mapping))
    _, analysis_id = lab.a_meeting(PRIYA)

    asyncio.run(lab.deliver(analysis_id))

    rows = lab.records("deals" if lab.provider == "hubspot" else kind)
    assert [float(row[number]) for row in rows if "renewal" in str(row)] == [72.4]
    assert (score_of(lab, "Priya"), lab.contact("Priya").get(VALENCE[lab.provider]) or None) == (72.4, None)
    [entry] = _audit(lab, "destination.mapping_changed")
    assert entry.details["changed"][f"{kind}.trust_score"] == [None, number]

    asyncio.run(reset_mapping(lab.runtime, lab.organisation_id, lab.destination_id, actor="usr_1"))
    view = asyncio.run(read_mapping(lab.runtime, lab.organisation_id, lab.destination_id))
    assert view.is_default
    assert len(_audit(lab, "destination.mapping_reset")) == 1


def test_the_mapping_offers_only_fields_that_fit(lab: CrmLab) -> None:
    kind, number = OTHER_FIELD[lab.provider]
    view = asyncio.run(read_mapping(lab.runtime, lab.organisation_id, lab.destination_id))

    [deal] = [each for each in view.types if each.type == kind]
    choices = {row.spec.name: {field.name for field in row.choices} for row in deal.rows}
    assert number in choices["trust_score"]
    assert number not in choices["alerts"]
    assert {row.spec.name for row in deal.rows} == set(CATALOGUE)
    assert deal.wrong == 0


def test_provisioning_makes_only_what_the_mapping_needs(lab: CrmLab) -> None:
    asyncio.run(_change(lab, {"Contact.trust_score": SCORE[lab.provider]}))

    changes = asyncio.run(provision(lab.runtime, lab.organisation_id, lab.destination_id, actor="usr_1", dry_run=True))

    names = [change.name.rpartition(".")[2] for change in changes if change.name.lower().startswith("contact")]
    assert VALENCE[lab.provider] not in names
    assert SCORE[lab.provider] in names


async def _change(lab: CrmLab, mapping: dict[str, str]) -> None:
    await change_mapping(lab.runtime, lab.organisation_id, lab.destination_id, mapping, actor="usr_1")


def _fields(caught: pytest.ExceptionInfo[InvalidInput]) -> dict[str, str]:
    details: Any = caught.value.details
    fields: dict[str, str] = details["fields"]
    return fields


def _revision(lab: CrmLab, meeting: Meeting) -> str:
    with lab.runtime.database.transaction() as session:
        session.get_one(Meeting, meeting.id).revision = 2
        return lab.a_result(session, meeting, {}, revision=2).id


def _another_delivery(lab: CrmLab, first: Delivery) -> str:
    """A later delivery to the same place that is on its way."""
    with lab.runtime.database.transaction() as session:
        row = Delivery(
            organisation_id=lab.organisation_id, key="later", kind="destination", destination_id=first.destination_id,
            meeting_id=first.meeting_id, analysis_id=first.analysis_id, created_at=lab.now.clock(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def _end(lab: CrmLab, delivery_id: str, state: DeliveryState) -> str:
    with lab.runtime.database.transaction() as session:
        session.get_one(Delivery, delivery_id).state = state
    return delivery_id


def _watches(lab: CrmLab) -> list[CrmWatch]:
    with lab.runtime.database.transaction() as session:
        return list(session.exec(select(CrmWatch)).all())


def _rounds(lab: CrmLab) -> int:
    [watch] = _watches(lab)
    return watch.rounds


def _audit(lab: CrmLab, action: str) -> list[Any]:
    with lab.runtime.database.transaction() as session:
        return list(session.exec(select(AuditEntry).where(AuditEntry.action == action)).all())
