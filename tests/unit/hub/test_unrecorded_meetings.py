"""Meetings of which only the end was told wait for their recording, and go when there is none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from connectors.base.records import EventKind, RecordingRef, SourceEvent
from hub.accounts.models import Organisation
from hub.connections.models import Connection
from hub.console.states import shown_state
from hub.errors import Conflict
from hub.ingest.models import InboundEvent, InboundSource
from hub.ingest.service import take_in
from hub.meetings.announced import forget_unrecorded
from hub.meetings.models import Meeting, TimelineEntry
from hub.meetings.reprocessing import reprocess
from hub.runtime import Runtime
from tests.support.stores import queueing

ENDED = datetime(2026, 11, 20, 12, tzinfo=UTC)
OVER = SourceEvent(EventKind.MEETING_ENDED, "a1", "meeting.ended:u1", ENDED, RecordingRef("u1"))
RECORDED = SourceEvent(EventKind.RECORDING_COMPLETED, "a1", "recording.completed:u1", ENDED, RecordingRef("u1"))


@pytest.fixture
def connection(runtime: Runtime) -> Connection:
    with queueing(runtime).database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=ENDED))
        session.flush()
        row = Connection(organisation_id=organisation.id, provider="zoom", account_id="a1", tokens="", created_at=ENDED)
        session.add(row)
    return row


def test_a_meeting_that_was_not_recorded_is_gone_after_three_days(runtime: Runtime, connection: Connection) -> None:
    _told(runtime, connection, OVER)

    found = [forget_unrecorded(_after(runtime, days)) for days in (2, 4)]

    assert found == [0, 1]
    assert _meetings(runtime) == []


def test_a_meeting_whose_recording_was_announced_stays(runtime: Runtime, connection: Connection) -> None:
    _told(runtime, connection, OVER)
    _told(runtime, connection, RECORDED)

    assert forget_unrecorded(_after(runtime, 4)) == 0
    [meeting] = _meetings(runtime)
    assert meeting.ended_at == ENDED
    with runtime.database.transaction() as session:
        steps = session.exec(select(TimelineEntry.step)).all()
    assert sorted(steps) == ["meeting.ended", "recording.announced"]


@pytest.mark.parametrize("events", [[OVER], [OVER, RECORDED], [RECORDED, OVER]])
def test_only_a_meeting_without_recording_says_that_it_waits_for_one(
    runtime: Runtime, connection: Connection, events: list[SourceEvent]
) -> None:
    for event in events:
        _told(runtime, connection, event)

    [meeting] = _meetings(runtime)
    waits = events == [OVER]
    assert shown_state(meeting).text == ("Waiting for its recording" if waits else "Waiting")
    assert bool(meeting.state_reason) is waits


def test_there_is_nothing_to_analyse_again_before_a_recording_was_announced(
    runtime: Runtime, connection: Connection
) -> None:
    _told(runtime, connection, OVER)
    [meeting] = _meetings(runtime)

    with pytest.raises(Conflict, match="No recording of this meeting has been announced"):
        reprocess(runtime, connection.organisation_id, meeting.id, actor="usr_1")


def test_an_announcement_that_was_forgotten_is_too_old(runtime: Runtime, connection: Connection) -> None:
    _told(runtime, connection, RECORDED)
    with runtime.database.transaction() as session:
        session.delete(session.exec(select(InboundEvent)).one())
    [meeting] = _meetings(runtime)

    with pytest.raises(Conflict, match="too old"):
        reprocess(runtime, connection.organisation_id, meeting.id, actor="usr_1")


def _told(runtime: Runtime, connection: Connection, event: SourceEvent) -> None:
    with runtime.database.transaction() as session:
        take_in(_after(runtime, 0), session, connection, [event], InboundSource.WEBHOOK)


def _after(runtime: Runtime, days: int) -> Runtime:
    return replace(runtime, clock=lambda: ENDED + timedelta(days=days, seconds=5))


def _meetings(runtime: Runtime) -> list[Meeting]:
    with runtime.database.transaction() as session:
        return list(session.exec(select(Meeting)).all())
