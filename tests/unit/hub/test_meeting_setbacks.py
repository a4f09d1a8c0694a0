"""What a meeting and its subscribers are told about failures."""

from datetime import UTC, datetime
from typing import TypeVar

import pytest
from sqlmodel import select

from connectors.base.errors import RequestRejected
from connectors.base.records import EventKind, RecordingRef
from hub.accounts.models import Organisation
from hub.connections.models import Connection
from hub.deliveries.models import Message
from hub.ingest.models import InboundEvent
from hub.meetings import setbacks
from hub.meetings.cases import Case
from hub.meetings.models import Meeting, MeetingState, TimelineEntry
from hub.runtime import Runtime

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
