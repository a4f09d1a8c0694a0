"""Deleting a meeting over the API."""

import pytest
from sqlmodel import select

from hub.accounts.models import AuditEntry, Organisation
from hub.deliveries.models import Attempt, Delivery, DeliveryState
from hub.deliveries.outbox import STARTED
from hub.meetings.models import Meeting, MeetingState
from hub.runtime import Runtime
from tests.support.api import Api, api
from tests.support.console import seed_meeting
from tests.support.tenant import everything_of

KEPT = {"auditentry", "apikey", "connection", "deletedmeeting", "destination", "ratewindow"}


@pytest.fixture
def caller(runtime: Runtime) -> Api:
    return api(runtime)


@pytest.fixture
def meeting(runtime: Runtime, caller: Api) -> Meeting:
    assert caller.key
    with runtime.database.transaction() as session:
        organisation_id = session.exec(select(Organisation.id)).one()
    return seed_meeting(runtime, organisation_id)


def test_nothing_of_a_deleted_meeting_stays(runtime: Runtime, caller: Api, meeting: Meeting) -> None:
    assert caller.delete(f"/v1/meetings/{meeting.id}").status_code == 204

    assert caller.get(f"/v1/meetings/{meeting.id}").status_code == 404
    assert caller.delete(f"/v1/meetings/{meeting.id}").status_code == 404
    left = {table: rows for table, rows in everything_of(runtime, meeting.organisation_id).items() if rows}
    assert left.keys() <= KEPT
    assert not [row for rows in left.values() for row in rows if "Contoso" in row or "Priya" in row]
    with runtime.database.transaction() as session:
        entry = session.exec(select(AuditEntry).where(AuditEntry.action == "meeting.deleted")).one()
    assert (entry.subject, entry.details["provider"]) == (meeting.id, "zoom")


def test_having_meetings_analysed_again_is_no_right_to_delete_them(runtime: Runtime, meeting: Meeting) -> None:
    narrow = api(runtime, scopes=("meetings:read", "meetings:write"))

    assert narrow.delete(f"/v1/meetings/{meeting.id}").status_code == 403
    assert narrow.get(f"/v1/meetings/{meeting.id}").status_code == 200


def test_a_meeting_under_way_is_not_deleted_under_its_analysis(runtime: Runtime, caller: Api, meeting: Meeting) -> None:
    with runtime.database.transaction() as session:
        session.get_one(Meeting, meeting.id).state = MeetingState.ANALYSING

    assert caller.delete(f"/v1/meetings/{meeting.id}").status_code == 409


def test_a_result_that_is_being_sent_is_sent_first(runtime: Runtime, caller: Api, meeting: Meeting) -> None:
    with runtime.database.transaction() as session:
        delivery = session.exec(select(Delivery)).one()
        delivery.state = DeliveryState.PENDING
        session.exec(select(Attempt)).first().outcome = STARTED  # type: ignore[union-attr]

    assert caller.delete(f"/v1/meetings/{meeting.id}").status_code == 409
