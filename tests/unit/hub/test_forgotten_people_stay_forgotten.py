"""A person who was forgotten does not come back by what their meeting's provider tells later."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from connectors.base.errors import ProviderUnavailable
from connectors.base.records import (
    Attendee,
    EventKind,
    FileKind,
    MeetingDetails,
    RecordingFile,
    RecordingRef,
    RecordRef,
    SourceEvent,
)
from hub.accounts.models import Organisation
from hub.analysis.models import Analysis
from hub.connections.models import Connection
from hub.crm.models import CrmMatch
from hub.crm.service import add_match
from hub.errors import Conflict
from hub.ingest import service
from hub.ingest.models import InboundEvent, InboundSource
from hub.ingest.service import take_in
from hub.meetings import setbacks
from hub.meetings.cases import Case, Inputs, load_case
from hub.meetings.deleting import delete_meeting, forget
from hub.meetings.describing import store_details
from hub.meetings.models import Meeting, MeetingState, Participant
from hub.meetings.progress import ProgressWriter
from hub.meetings.purpose import Gate
from hub.meetings.reprocessing import reprocess
from hub.meetings.results import publish_result, store_result
from hub.runtime import Runtime
from tests.support.stores import queued, queueing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PRIYA, OMAR = Attendee("Priya Shah", "priya@contoso.example"), Attendee("Omar Haddad", "omar@contoso.example")
MEDIA = RecordingFile("f1", FileKind.VIDEO, "https://zoom.example/f1", "mp4")
RESULT = {
    "trust_score": 61.0,
    "duration_s": 9.0,
    "alerts": [],
    "sentences": [{"speaker": "Priya Shah", "text": "We are ready."}, {"speaker": "Omar Haddad", "text": "Good."}],
}


class Source:
    """A connection whose provider announces recordings of one meeting."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        with runtime.database.transaction() as session:
            session.add(organisation := Organisation(name="Northwind", created_at=NOW))
            session.flush()
            self.connection = Connection(
                organisation_id=organisation.id, provider="zoom", account_id="a1", tokens="", created_at=NOW
            )
            session.add(self.connection)

    def announce(self, key: str, kind: EventKind = EventKind.RECORDING_COMPLETED) -> int:
        event = SourceEvent(kind, "a1", key, NOW, RecordingRef("u1"))
        with self.runtime.database.transaction() as session:
            return take_in(self.runtime, session, self.connection, [event], InboundSource.WEBHOOK)

    def case(self, *people: Attendee) -> Case:
        """The run of the newest event, which the provider has described with these people."""
        case = load_case(self.runtime, all_of(self.runtime, InboundEvent)[-1].id, 0)
        assert case is not None
        assert self.describe(case, *people)
        return case

    def describe(self, case: Case, *people: Attendee) -> bool:
        details = MeetingDetails("u1", "Renewal", NOW, 9.0, "dana@northwind.example", people, (MEDIA,))
        return store_details(self.runtime, case, details, Inputs(MEDIA, None))

    def analysed(self, *people: Attendee) -> Meeting:
        self.announce("k1")
        self.finish(self.case(*people))
        meeting: Meeting = all_of(self.runtime, Meeting)[0]
        return meeting

    def finish(self, case: Case) -> None:
        stored = store_result(self.runtime, case, Inputs(MEDIA, None), Gate(None, {}), RESULT)
        if stored is not None:
            publish_result(self.runtime, stored)

    def forget(self) -> int:
        return forget(self.runtime, self.connection.organisation_id, "Priya@contoso.example", actor="usr_1")

    def kept(self) -> str:
        rows = [row for model in (Meeting, Participant, Analysis) for row in all_of(self.runtime, model)]
        return json.dumps([row.model_dump(mode="json") for row in rows])


@pytest.fixture
def source(runtime: Runtime) -> Source:
    return Source(queueing(runtime))


def all_of(runtime: Runtime, model: type[Any]) -> Sequence[Any]:
    with runtime.database.transaction() as session:
        return session.exec(select(model).order_by(model.id)).all()


def test_a_meeting_that_was_about_nobody_else_is_not_announced_anew(source: Source) -> None:
    source.analysed(PRIYA)

    assert source.forget() == 1

    assert source.announce("k2", EventKind.TRANSCRIPT_COMPLETED) == 0
    assert [all_of(source.runtime, model) for model in (Meeting, InboundEvent)] == [[], []]


def test_a_shared_meeting_is_kept_without_them_and_takes_no_late_transcript(source: Source) -> None:
    source.analysed(PRIYA, OMAR)

    source.forget()

    assert source.announce("k2", EventKind.TRANSCRIPT_COMPLETED) == 0
    assert all_of(source.runtime, InboundEvent) == []
    assert "Omar Haddad" in source.kept()
    assert "Priya" not in source.kept()


def test_a_shared_meeting_is_not_analysed_again_and_says_why(source: Source) -> None:
    meeting = source.analysed(PRIYA, OMAR)
    source.forget()

    with pytest.raises(Conflict, match="Somebody who took part in this meeting was forgotten"):
        reprocess(source.runtime, meeting.organisation_id, meeting.id, actor="usr_1")


def test_a_run_that_is_at_work_keeps_nothing_once_somebody_is_forgotten(source: Source) -> None:
    source.announce("k1")
    case = source.case(PRIYA, OMAR)

    source.forget()
    source.finish(case)

    assert not source.describe(case, PRIYA, OMAR)
    assert load_case(source.runtime, case.event.id, 0) is None
    assert all_of(source.runtime, Analysis) == []
    assert "Priya" not in source.kept()


@pytest.mark.parametrize("people", [(PRIYA,), (PRIYA, OMAR)])
def test_an_error_of_such_a_run_arranges_nothing(source: Source, people: tuple[Attendee, ...]) -> None:
    source.announce("k1")
    case = source.case(*people)
    source.forget()

    setbacks.handle_connector_error(source.runtime, case, ProviderUnavailable("the provider is down"))
    setbacks.fail(source.runtime, case, "media_empty", "")

    assert [meeting.state for meeting in all_of(source.runtime, Meeting)] == [MeetingState.FAILED] * (len(people) - 1)


@pytest.mark.anyio
async def test_a_meeting_whose_run_was_ended_says_so(source: Source) -> None:
    source.announce("k1")
    case = source.case(PRIYA, OMAR)

    source.forget()
    await ProgressWriter(source.runtime, case.meeting.id, MeetingState.ANALYSING)("video", 0.5)

    [meeting] = all_of(source.runtime, Meeting)
    assert (meeting.state, meeting.state_reason.split(".")[0]) == (
        MeetingState.FAILED,
        "Somebody who took part was forgotten before there was a result",
    )


def test_a_meeting_whose_second_run_was_ended_keeps_its_first_result(source: Source) -> None:
    source.analysed(PRIYA, OMAR)
    source.announce("k2", EventKind.TRANSCRIPT_COMPLETED)
    case = source.case(PRIYA, OMAR)

    source.forget()
    source.finish(case)

    [meeting] = all_of(source.runtime, Meeting)
    assert (meeting.state, meeting.revision) == (MeetingState.COMPLETED, 1)
    assert "Priya" not in source.kept()


def test_a_result_that_was_not_announced_yet_is_announced_without_them(source: Source) -> None:
    source.announce("k1")
    stored = store_result(source.runtime, source.case(PRIYA, OMAR), Inputs(MEDIA, None), Gate(None, {}), RESULT)
    assert stored is not None

    source.forget()
    publish_result(source.runtime, stored)

    [meeting] = all_of(source.runtime, Meeting)
    assert meeting.state is MeetingState.COMPLETED
    assert "Priya" not in source.kept()


def test_a_second_row_of_theirs_without_an_address_is_nobody_else(source: Source) -> None:
    source.analysed(PRIYA, Attendee("Priya Shah"))

    source.forget()

    assert all_of(source.runtime, Meeting) == []


def test_a_second_row_of_theirs_is_not_named_beside_others(source: Source) -> None:
    source.analysed(PRIYA, Attendee("Priya Shah"), OMAR)

    source.forget()

    assert "Priya" not in source.kept()
    assert "Omar Haddad" in source.kept()


def test_records_that_a_member_added_do_not_name_them_either(source: Source) -> None:
    meeting = source.analysed(PRIYA, OMAR)
    for record in (
        RecordRef("Contact", "501", "Priya Shah"),
        RecordRef("Deal", "77", "Priya Shah, renewal"),
        RecordRef("Contact", "502", "Omar Haddad"),
    ):
        add_match(source.runtime, meeting.organisation_id, meeting.id, source.connection.id, record, actor="usr_1")

    source.forget()

    kept = [match.record_name for match in all_of(source.runtime, CrmMatch)]
    assert sorted(kept) == ["Omar Haddad", "Somebody, renewal"]


@pytest.mark.parametrize("kind", [EventKind.RECORDING_COMPLETED, EventKind.MEETING_ENDED])
def test_a_meeting_that_is_deleted_while_its_event_arrives_is_not_made_anew(
    source: Source, monkeypatch: pytest.MonkeyPatch, kind: EventKind
) -> None:
    meeting = source.analysed(PRIYA)
    delete_meeting(source.runtime, meeting.organisation_id, meeting.id, actor="usr_1")
    monkeypatch.setattr(service, "is_closed", lambda *_: False)  # the first look came before that

    source.announce("k2", kind)

    assert [all_of(source.runtime, model) for model in (Meeting, InboundEvent)] == [[], []]
    assert len(queued(source.runtime)) == 2  # the first announcement, and the search for records
