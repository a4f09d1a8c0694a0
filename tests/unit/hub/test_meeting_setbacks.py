"""What a meeting and its subscribers are told about failures."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlmodel import select

from connectors.base.errors import AuthorizationLost, ConnectorError, ProviderUnavailable, RequestRejected
from connectors.base.records import EventKind, RecordingRef
from hub.accounts.models import Organisation
from hub.analysis.models import Analysis
from hub.connections.models import Connection
from hub.deliveries.models import Message
from hub.engine.enqueue import enqueue
from hub.ingest.models import InboundEvent
from hub.ingest.service import recording_work
from hub.meetings import setbacks
from hub.meetings.cases import Case
from hub.meetings.models import Meeting, MeetingState, TimelineEntry
from hub.meetings.results import publish_result
from hub.runtime import Runtime
from tests.support.console import seed_meeting
from tests.support.stores import queueing

Row = TypeVar("Row", Message, TimelineEntry, Meeting)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def meeting(runtime: Runtime) -> Meeting:
    with runtime.database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=NOW))
        session.flush()
        connection = Connection(
            organisation_id=organisation.id, provider="zoom", account_id="a1", tokens="", created_at=NOW
        )
        session.add(connection)
        session.flush()
        row = Meeting(
            organisation_id=organisation.id,
            connection_id=connection.id,
            provider="zoom",
            external_id="u1",
            created_at=NOW,
            updated_at=NOW,
        )
        session.add(row)
    return row


def test_a_transcript_after_a_broken_recording_does_not_announce_the_failure_again(
    runtime: Runtime, meeting: Meeting
) -> None:
    setbacks.fail(runtime, _case(runtime, meeting, EventKind.RECORDING_COMPLETED, "k1"), "media_unreadable", "")

    setbacks.fail(runtime, _case(runtime, meeting, EventKind.TRANSCRIPT_COMPLETED, "k2"), "media_unreadable", "")

    assert len(_announced(runtime)) == 1
    assert len(_rows(runtime, TimelineEntry)) == 2


@pytest.mark.parametrize("again", ["another failure", "a person asked"])
def test_a_failure_that_is_news_is_announced(runtime: Runtime, meeting: Meeting, again: str) -> None:
    setbacks.fail(runtime, _case(runtime, meeting, EventKind.RECORDING_COMPLETED, "k1"), "media_unreadable", "")

    key, code = ("k2", "media_empty") if again == "another failure" else ("k1:again:rep_1", "media_unreadable")
    setbacks.fail(runtime, _case(runtime, meeting, EventKind.RECORDING_COMPLETED, key), code, "")

    assert len(_announced(runtime)) == 2


def test_a_transcript_without_its_recording_waits_and_says_so(runtime: Runtime, meeting: Meeting) -> None:
    missing = RequestRejected("the meeting has no recording", code="recording_missing")

    setbacks.handle_connector_error(runtime, _case(runtime, meeting, EventKind.TRANSCRIPT_COMPLETED, "k1"), missing)

    [row] = _rows(runtime, Meeting)
    assert (row.state, row.state_reason) == (
        MeetingState.WAITING,
        "The transcript is there, and its recording is not yet.",
    )
    assert _announced(runtime) == []


def test_a_result_stands_when_analysing_again_fails(runtime: Runtime, meeting: Meeting) -> None:
    _stands(runtime, meeting, MeetingState.ANALYSING, revision=1)

    setbacks.fail(runtime, _case(runtime, meeting, EventKind.TRANSCRIPT_COMPLETED, "k2"), "media_unreadable", "")

    [row] = _rows(runtime, Meeting)
    assert (row.state, row.progress) == (MeetingState.COMPLETED, 1.0)
    assert row.state_reason == (
        "The result of before stands; analysing again failed: The recording is not audio or video that can be read."
    )


@pytest.mark.parametrize("error", [ProviderUnavailable("Zoom did not answer"), AuthorizationLost("access was revoked")])
@pytest.mark.parametrize(
    ("revision", "state", "progress"), [(0, MeetingState.WAITING, 0.0), (1, MeetingState.COMPLETED, 1.0)]
)
def test_a_meeting_is_at_rest_until_the_next_try(
    runtime: Runtime, meeting: Meeting, error: ConnectorError, revision: int, state: MeetingState, progress: float
) -> None:
    _stands(queueing(runtime), meeting, MeetingState.FETCHING, revision=revision)

    setbacks.handle_connector_error(runtime, _case(runtime, meeting, EventKind.RECORDING_COMPLETED, "k1"), error)

    [row] = _rows(runtime, Meeting)
    assert (row.state, row.progress) == (state, progress)
    assert error.message in row.state_reason


def test_a_result_stands_when_its_recording_is_gone(runtime: Runtime, meeting: Meeting) -> None:
    _stands(runtime, meeting, MeetingState.WAITING, revision=1)
    missing = RequestRejected("the meeting has no recording", code="recording_missing")

    setbacks.handle_connector_error(runtime, _case(runtime, meeting, EventKind.TRANSCRIPT_COMPLETED, "k1"), missing)

    [row] = _rows(runtime, Meeting)
    assert row.state is MeetingState.COMPLETED
    assert row.state_reason.endswith("The meeting has no recording that could be analysed.")


@pytest.mark.parametrize(("revision", "state"), [(0, MeetingState.FAILED), (1, MeetingState.COMPLETED)])
def test_a_run_that_nothing_works_on_any_more_is_ended(
    runtime: Runtime, meeting: Meeting, revision: int, state: MeetingState
) -> None:
    _stands(queueing(runtime), meeting, MeetingState.ANALYSING, revision=revision)

    assert (setbacks.fail_lost_runs(runtime), setbacks.fail_lost_runs(runtime)) == (1, 0)

    [row] = _rows(runtime, Meeting)
    assert row.state is state
    assert "given up" in row.state_reason
    assert len(_announced(runtime)) == 1


def test_an_analysis_that_was_asked_for_and_lost_is_ended(runtime: Runtime, meeting: Meeting) -> None:
    _stands(queueing(runtime), meeting, MeetingState.WAITING, revision=1)

    assert setbacks.fail_lost_runs(runtime) == 1


def test_a_run_that_is_at_work_is_left_alone(runtime: Runtime, meeting: Meeting) -> None:
    _stands(queueing(runtime), meeting, MeetingState.ANALYSING, revision=1)
    case = _case(runtime, meeting, EventKind.RECORDING_COMPLETED, "k1")
    with runtime.database.transaction() as session:
        enqueue(session, recording_work(case.connection, case.event, attempt=0))

    assert setbacks.fail_lost_runs(runtime) == 0


def test_a_run_that_has_just_told_where_it_is_is_left_alone(runtime: Runtime, meeting: Meeting) -> None:
    _stands(queueing(runtime), meeting, MeetingState.ANALYSING, revision=1, told=runtime.clock())

    assert setbacks.fail_lost_runs(runtime) == 0


def test_a_meeting_that_waits_for_its_recording_is_not_lost(runtime: Runtime, meeting: Meeting) -> None:
    _stands(queueing(runtime), meeting, MeetingState.WAITING, revision=0)

    assert setbacks.fail_lost_runs(runtime) == 0


def test_files_that_have_a_result_already_leave_their_meeting_ready(runtime: Runtime, meeting: Meeting) -> None:
    analysed = seed_meeting(runtime, meeting.organisation_id)
    _stands(runtime, analysed, MeetingState.WAITING, revision=1)
    with runtime.database.transaction() as session:
        known = session.exec(select(Analysis.id)).one()

    publish_result(runtime, known)

    with runtime.database.transaction() as session:
        row = session.get_one(Meeting, analysed.id)
    assert (row.state, row.progress) == (MeetingState.COMPLETED, 1.0)
    assert _rows(runtime, Message) == []


def _stands(
    runtime: Runtime, meeting: Meeting, state: MeetingState, *, revision: int, told: datetime | None = None
) -> None:
    with runtime.database.transaction() as session:
        row = session.get_one(Meeting, meeting.id)
        row.state, row.revision, row.progress = state, revision, 0.4
        row.updated_at = told or runtime.clock() - timedelta(hours=1)


def _case(runtime: Runtime, meeting: Meeting, kind: EventKind, key: str) -> Case:
    with runtime.database.transaction() as session:
        event = InboundEvent(
            organisation_id=meeting.organisation_id,
            connection_id=str(meeting.connection_id),
            provider="zoom",
            key=key,
            kind=kind,
            meeting_external_id="u1",
            body="",
            occurred_at=NOW,
            received_at=NOW,
        )
        session.add(event)
        session.flush()
        return Case(event, session.get_one(Connection, meeting.connection_id), meeting, RecordingRef("u1"), 0)


def _announced(runtime: Runtime) -> list[Message]:
    return [row for row in _rows(runtime, Message) if row.event_type == "analysis.failed"]


def _rows(runtime: Runtime, model: type[Row]) -> list[Row]:
    with runtime.database.transaction() as session:
        return list(session.exec(select(model)).all())
