"""An account that was disconnected and is connected again brings back nothing that nobody wants."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from connectors.base.records import EventKind, RecordingRef, SourceEvent
from hub.accounts.models import Organisation
from hub.connections.models import Connection
from hub.ingest.models import InboundSource
from hub.ingest.reconciliation import look_from
from hub.ingest.service import take_in
from hub.meetings.deleting import delete_meeting
from hub.meetings.forgetting import forget_connection
from hub.meetings.models import Meeting
from hub.runtime import Runtime
from tests.support.stores import queueing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
OVER = SourceEvent(EventKind.MEETING_ENDED, "a1", "meeting.ended:u1", NOW, RecordingRef("u1"))


@pytest.fixture
def connection(runtime: Runtime) -> Connection:
    with queueing(runtime).database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=NOW))
        session.flush()
        row = Connection(organisation_id=organisation.id, provider="zoom", account_id="a1", tokens="", created_at=NOW)
        session.add(row)
    return row


@pytest.mark.parametrize(
    ("wanted_since", "looked_from"),
    [(None, NOW - timedelta(days=3)), (NOW - timedelta(hours=2), NOW - timedelta(hours=2))],
)
def test_nothing_is_listed_from_before_it_was_connected_again(
    connection: Connection, wanted_since: datetime | None, looked_from: datetime
) -> None:
    connection.created_at = NOW - timedelta(days=40)
    connection.reconciled_at, connection.wanted_since = NOW, wanted_since

    assert look_from(connection, NOW) == looked_from


def test_a_meeting_that_somebody_deleted_stays_deleted_when_its_app_is_removed_and_added_again(
    runtime: Runtime, connection: Connection
) -> None:
    _take_in(runtime, connection)
    with runtime.database.transaction() as session:
        meeting = session.exec(select(Meeting)).one()
    delete_meeting(runtime, connection.organisation_id, meeting.id, actor="usr_1")

    forget_connection(runtime, connection.id)

    assert _take_in(runtime, connection) == 0


def _take_in(runtime: Runtime, connection: Connection) -> int:
    with runtime.database.transaction() as session:
        return take_in(runtime, session, connection, [OVER], InboundSource.WEBHOOK)
