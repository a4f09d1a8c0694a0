"""What a composite answer means for the whole delivery."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.base.crm import Left, Undone
from connectors.base.errors import ProviderUnavailable, RequestRejected
from connectors.base.records import Receipt, RecordRef, SpeakerReport, Vad
from connectors.salesforce.fields import BEFORE
from connectors.salesforce.mapping import DEFAULT_MAPPING
from connectors.salesforce.publishing import publish
from connectors.salesforce.undoing import undo
from tests.support.reports import a_report

PRIYA = RecordRef("Contact", "003A", "Priya Raman")
DEAL = RecordRef("Opportunity", "006A", "Renewal")
SCORE, VALENCE = "EchoDepth_Trust_Score__c", "EchoDepth_Valence__c"
GONE = [{"errorCode": "ENTITY_IS_DELETED", "message": "entity is deleted"}]
REFUSED = [{"errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Score is locked", "fields": []}]
LOCKED = [{"errorCode": "UNABLE_TO_LOCK_ROW", "message": "unable to obtain exclusive access", "fields": []}]


@dataclass
class Rest:
    """Salesforce's REST calls over rows in a dict; answers can be prescribed by reference."""

    rows: dict[str, dict[str, Any]] = field(default_factory=lambda: {"003A": {SCORE: 50.0}, "006A": {SCORE: None}})
    prescribed: dict[str, tuple[int, Any]] = field(default_factory=dict)
    composites: list[list[dict[str, Any]]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def query(self, soql: str) -> list[dict[str, Any]]:
        return [{"Id": key, **row} for key, row in self.rows.items() if f"'{key}'" in soql]

    def composite(self, subrequests: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.composites.append(subrequests)
        return [self._answer(request) for request in subrequests]

    def call(self, method: str, path: str, body: Any) -> None:
        self.calls.append(f"{method} {path}")

    def usage(self) -> tuple[int, int] | None:
        return (96, 100)

    def link(self, record_id: str) -> str:
        return f"https://acme.example/{record_id}"

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["method"] == "GET":
            return {"referenceId": request["referenceId"], "httpStatusCode": 200, "body": self._read(request["url"])}
        status, body = self.prescribed.get(request["referenceId"], (204, None))
        if status == 204 and request["referenceId"] == "task":
            status, body = 201, {"id": "00TA", "success": True}
        if status < 300 and request["referenceId"] != "task":
            body_of = {name: _rounded(value) for name, value in request["body"].items()}
            self.rows[request["url"].rsplit("/", 1)[-1]] |= body_of
        return {"referenceId": request["referenceId"], "httpStatusCode": status, "body": body}

    def _read(self, url: str) -> dict[str, Any]:
        return {"records": [{"Id": key, **row} for key, row in self.rows.items() if f"%27{key}%27" in url]}


def _rounded(value: Any) -> Any:
    """As fields with one decimal keep it."""
    return round(value, 1) if isinstance(value, float) else value


def _publish(rest: Rest, *records: RecordRef, **changes: Any) -> Any:
    return publish(rest, a_report(**changes), records, DEFAULT_MAPPING)  # type: ignore[arg-type]


def test_task_and_fields_go_out_in_one_call() -> None:
    rest = Rest()

    receipt = _publish(rest, PRIYA, DEAL)

    assert [len(batch) for batch in rest.composites] == [5]
    assert (
        receipt.summary
        == "Wrote the figures to Contact Priya Raman, Opportunity Renewal and logged the call as a Task."
    )
    assert receipt.url == "https://acme.example/00TA"
    assert receipt.former["Contact:003A"][SCORE] == 50.0


def test_the_meetings_id_is_encoded_in_the_address() -> None:
    rest = Rest()

    _publish(rest, PRIYA, meeting_id="mtg/ä 1")

    assert rest.composites[0][0]["url"].endswith("/Task/EchoDepth_Meeting_Id__c/mtg%2F%C3%A4%201")
    assert "EchoDepth_Meeting_Id__c" not in rest.composites[0][0]["body"]


def test_a_refused_row_becomes_a_warning_and_the_others_are_written() -> None:
    rest = Rest(prescribed={"record0": (400, REFUSED)})

    receipt = _publish(rest, PRIYA, DEAL)

    assert receipt.warnings[0].startswith("Contact Priya Raman was not written.")
    assert "Score is locked" in receipt.warnings[0]
    assert list(receipt.former) == ["Opportunity:006A"]


def test_nothing_written_at_all_is_a_refusal() -> None:
    rest = Rest(prescribed={"record0": (400, REFUSED), "task": (400, REFUSED)})

    with pytest.raises(RequestRejected, match="Score is locked"):
        _publish(rest, PRIYA)


def test_a_locked_row_asks_for_the_whole_to_be_repeated() -> None:
    rest = Rest(prescribed={"record1": (400, LOCKED)})

    with pytest.raises(ProviderUnavailable):
        _publish(rest, PRIYA, DEAL)


def test_a_repetition_after_a_lost_receipt_still_restores_the_first_values() -> None:
    rest = Rest()
    _publish(rest, PRIYA)

    receipt = _publish(rest, PRIYA, analysis_id="ana_02", revision=2, trust_score=20.0)

    assert rest.rows["003A"][SCORE] == 20.0
    assert receipt.former["Contact:003A"][SCORE] == 50.0


def test_a_record_that_was_deleted_meanwhile_is_told_and_not_linked() -> None:
    rest = Rest()
    gone = RecordRef("Contact", "003Z", "Gone")

    receipt = _publish(rest, gone, DEAL)

    assert "Contact Gone no longer exists." in receipt.warnings
    assert rest.composites[0][0]["body"]["WhoId"] is None


def test_several_tasks_with_the_meetings_id_lead_to_the_first() -> None:
    urls = ["/services/data/v62.0/sobjects/Task/00TB", "/services/data/v62.0/sobjects/Task/00TA"]
    rest = Rest(prescribed={"task": (300, urls)})

    receipt = _publish(rest, PRIYA)

    assert receipt.ids["Task"] == "00TA"
    assert rest.calls == ["PATCH sobjects/Task/00TA"]


def test_more_records_than_a_composite_holds_go_out_in_parts() -> None:
    rest = Rest(rows={f"003{n:02}": {} for n in range(30)})

    _publish(rest, *(RecordRef("Contact", key) for key in rest.rows))

    assert [len(batch) for batch in rest.composites] == [25, 7]


def test_a_nearly_used_up_limit_is_told() -> None:
    assert "96 of 100" in _publish(Rest(), PRIYA).warnings[-1]


def test_a_meeting_without_records_is_refused_before_any_call() -> None:
    rest = Rest()

    with pytest.raises(RequestRejected) as caught:
        _publish(rest)

    assert caught.value.code == "no_records"
    assert rest.composites == []


def test_undo_restores_and_leaves_alone_what_a_later_call_wrote() -> None:
    rest = Rest()
    first = _publish(rest, PRIYA, DEAL)
    _publish(rest, DEAL, meeting_id="mtg_02", trust_score=10.0)

    undone = _undo(rest, first)

    assert (rest.rows["003A"][SCORE], rest.rows["003A"][BEFORE]) == (50.0, None)
    assert rest.rows["006A"][SCORE] == 10.0
    assert SCORE in undone.restored["Contact:003A"]
    assert undone.left == (Left("Opportunity:006A", "", "another call was written to it since"),)
    assert undone.removed == ("Task:00TA",)


def test_undo_leaves_what_a_person_changed_since() -> None:
    rest = Rest()
    receipt = _publish(rest, PRIYA)
    rest.rows["003A"][SCORE] = 99.0

    undone = _undo(rest, receipt)

    assert rest.rows["003A"][SCORE] == 99.0
    assert rest.rows["003A"][VALENCE] is None
    assert undone.left == (Left("Contact:003A", SCORE, "somebody changed it since"),)


def test_what_salesforce_rounded_is_still_ours() -> None:
    rest = Rest()
    receipt = _publish(rest, PRIYA)

    undone = _undo(rest, receipt)

    assert receipt.written["Contact:003A"][VALENCE] == 0.6
    assert VALENCE in undone.restored["Contact:003A"]


def test_undoing_twice_restores_once() -> None:
    rest = Rest()
    receipt = _publish(rest, PRIYA)
    _undo(rest, receipt)
    rest.prescribed = {"task": (404, GONE)}

    again = _undo(rest, receipt)

    assert (again.restored, again.left, again.removed) == ({}, (), ())
    assert rest.rows["003A"][SCORE] == 50.0


def test_undoing_what_is_gone_already_is_fine() -> None:
    rest = Rest()
    receipt = _publish(rest, PRIYA)
    rest.prescribed = {"task": (404, GONE)}

    undone = _undo(rest, receipt)

    assert rest.rows["003A"][SCORE] == 50.0
    assert (undone.left, undone.removed) == ((), ())


def test_undo_names_what_could_not_be_restored() -> None:
    rest = Rest()
    receipt = _publish(rest, PRIYA)
    rest.prescribed = {"Contact_003A": (400, REFUSED)}

    undone = _undo(rest, receipt)

    assert undone.left[0].record == "Contact:003A"
    assert "Score is locked" in undone.left[0].reason


def test_each_contact_gets_its_own_speakers_figures_and_the_deal_the_meetings() -> None:
    rest = Rest(rows={"003A": {}, "003B": {}, "003C": {}, "003D": {}, "006A": {}})
    people = [
        RecordRef("Contact", "003A", "Priya", person="priya@acme.io"),
        RecordRef("Contact", "003B", "Tom", person="tom@acme.io"),
        RecordRef("Contact", "003C", "Wei", person="wei@acme.io"),
        RecordRef("Contact", "003D", "Dana", person="dana@northwind.example"),
    ]
    speakers = (
        SpeakerReport("Priya", "priya@acme.io", 81.0, Vad(0.7, 0.4, 0.5), 300.0, (75.0, 88.0)),
        SpeakerReport("Tom", "tom@acme.io", None, Vad(None, None, None), 8.0, abstained_reason="Too little speech."),
    )
    own = frozenset({"dana@northwind.example"})

    _publish(rest, *people, DEAL, speakers=speakers, guests=3, own_people=own)

    assert [rest.rows[key].get(SCORE, "untouched") for key in rest.rows] == [81.0, None, None, "untouched", 72.4]
    assert rest.rows["003A"][VALENCE] == 0.7
    assert rest.rows["003A"]["EchoDepth_Alert_Count__c"] == 0
    assert rest.rows["003B"]["EchoDepth_Score_Note__c"] == "Too little speech."
    assert "did not speak" in rest.rows["003C"]["EchoDepth_Score_Note__c"]


def test_the_only_guest_gets_the_meetings_figures_even_if_not_joined_to_a_voice() -> None:
    rest = Rest()

    _publish(rest, RecordRef("Contact", "003A", person="priya@acme.io"), guests=1)

    assert rest.rows["003A"][SCORE] == 72.4


def test_a_task_takes_its_own_mapping() -> None:
    rest = Rest()
    mapping = {**DEFAULT_MAPPING, "Task.trust_score": "Call_Score__c", "Task.valence": "", "trust_score": "Score__c"}

    publish(rest, a_report(), [PRIYA], mapping)  # type: ignore[arg-type]

    task, contact = rest.composites[0][0]["body"], rest.composites[0][1]["body"]
    assert (task["Call_Score__c"], contact["Score__c"]) == (72.4, 72.4)
    assert VALENCE not in task
    assert SCORE not in task


def test_a_duplicate_rule_is_named() -> None:
    fault = [{"errorCode": "DUPLICATES_DETECTED", "message": "Use one of these records?",
              "duplicateResult": {"duplicateRule": "Standard_Contact_Duplicate_Rule"}}]  # fmt: skip
    rest = Rest(prescribed={"record0": (400, fault)})

    receipt = _publish(rest, PRIYA)

    assert "a duplicate rule in Salesforce refused the change" in receipt.warnings[0]
    assert "(rule: Standard_Contact_Duplicate_Rule)" in receipt.warnings[0]


def _undo(rest: Rest, receipt: Receipt) -> Undone:
    return undo(rest, receipt)  # type: ignore[arg-type]
