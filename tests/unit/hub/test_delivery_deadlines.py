"""Results that have to arrive within a time are warned of before it is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from hub.accounts.models import Organisation
from hub.connections.models import Connection
from hub.deliveries.deadlines import warn_of_deadlines
from hub.deliveries.late import late
from hub.deliveries.models import Delivery, DeliveryState, Destination, Message
from hub.meetings.models import Meeting, MeetingState, TimelineEntry
from hub.runtime import Runtime

ENDED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_warning_comes_while_there_is_time_to_act_and_once(runtime: Runtime) -> None:
    _stored(runtime)

    counts = [warn_of_deadlines(_at(runtime, hours)) for hours in (1, 19.9, 20.1, 21, 23.9, 24.1)]

    assert counts == [0, 0, 1, 1, 1, 1]
    assert [message.event_type for message in _messages(runtime)][:1] == ["delivery.deadline_near"]
    assert "by 21 November, 12:00 UTC" in _steps(runtime)[0].message


def test_what_is_too_late_is_said_once_and_then_forgotten(runtime: Runtime) -> None:
    _stored(runtime)

    counts = [warn_of_deadlines(_at(runtime, hours)) for hours in (24, 25, 30, 49)]

    assert counts == [1, 1, 1, 0]
    assert [message.event_type for message in _messages(runtime)] == ["delivery.deadline_missed"]
    assert [step.message for step in _steps(runtime)] == [
        "The result had to be at the organiser by 21 November, 12:00 UTC and is not there."
    ]


@pytest.mark.parametrize("state", [MeetingState.WAITING, MeetingState.FETCHING, MeetingState.FAILED])
def test_a_recording_whose_analysis_is_not_finished_is_warned_of(runtime: Runtime, state: MeetingState) -> None:
    _stored(runtime, state=None, meeting_state=state)

    counts = [warn_of_deadlines(_at(runtime, hours)) for hours in (1, 21, 25)]

    assert counts == [0, 1, 1]
    assert [message.event_type for message in _messages(runtime)] == [
        "delivery.deadline_near",
        "delivery.deadline_missed",
    ]


def test_a_result_that_goes_to_nobody_is_not_late(runtime: Runtime) -> None:
    _stored(runtime, state=None)
    with runtime.database.transaction() as session:
        session.exec(select(Destination)).one().enabled = False

    assert warn_of_deadlines(_at(runtime, 22)) == 0


def test_other_organisations_results_are_not_shown(runtime: Runtime) -> None:
    _stored(runtime)
    with runtime.database.transaction() as session:
        own = session.exec(select(Organisation)).one().id

        assert len(late(session, ENDED + timedelta(hours=22), own)) == 1
        assert late(session, ENDED + timedelta(hours=22), "org_other") == []


def test_a_dead_delivery_is_warned_of_too(runtime: Runtime) -> None:
    _stored(runtime, state=DeliveryState.DEAD)

    assert warn_of_deadlines(_at(runtime, 22)) == 1


@pytest.mark.parametrize("state", [DeliveryState.SUCCEEDED, DeliveryState.SKIPPED])
def test_what_is_done_is_not_late(runtime: Runtime, state: DeliveryState) -> None:
    _stored(runtime, state=state)

    assert warn_of_deadlines(_at(runtime, 22)) == 0


def test_a_provider_without_a_deadline_has_none(runtime: Runtime) -> None:
    _stored(runtime, provider="slack")

    assert warn_of_deadlines(_at(runtime, 22)) == 0


def _stored(
    runtime: Runtime,
    state: DeliveryState | None = DeliveryState.PENDING,
    provider: str = "teams",
    meeting_state: MeetingState = MeetingState.COMPLETED,
) -> None:
    """A meeting and its delivery; without a `state` there is no result to deliver yet."""
    with runtime.database.transaction() as session:
        session.add(organisation := Organisation(name="Northwind", created_at=ENDED))
        session.flush()
        owner: dict[str, Any] = {"organisation_id": organisation.id, "created_at": ENDED}
        session.add(connection := Connection(provider=provider, account_id="t", tokens="", **owner))
        session.flush()
        session.add(destination := Destination(connection_id=connection.id, name="the organiser", **owner))
        meeting = Meeting(
            connection_id=connection.id, external_id="m", provider=provider, ended_at=ENDED, updated_at=ENDED, **owner
        )
        meeting.state, meeting.revision = meeting_state, int(state is not None)
        session.add(meeting)
        session.flush()
        if state is None:
            return
        session.add(
            Delivery(
                key="k", kind="destination", destination_id=destination.id, meeting_id=meeting.id, state=state, **owner
            )
        )


def _at(runtime: Runtime, hours: float) -> Runtime:
    return replace(runtime, clock=lambda: ENDED + timedelta(hours=hours))


def _messages(runtime: Runtime) -> list[Message]:
    with runtime.database.transaction() as session:
        return list(session.exec(select(Message)).all())


def _steps(runtime: Runtime) -> list[TimelineEntry]:
    with runtime.database.transaction() as session:
        return list(session.exec(select(TimelineEntry)).all())
