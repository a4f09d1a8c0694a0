"""Results that have to arrive within a time are warned of before it is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from hub.accounts.models import Organisation
from hub.connections.models import Connection
from hub.deliveries.deadlines import warn_of_deadlines
from hub.deliveries.models import Delivery, DeliveryState, Destination, Message
from hub.meetings.models import Meeting, TimelineEntry
from hub.runtime import Runtime

ENDED = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_warning_comes_while_there_is_time_to_act_and_once(runtime: Runtime) -> None:
    _stored(runtime)

    counts = [warn_of_deadlines(_at(runtime, hours)) for hours in (1, 19.9, 20.1, 21, 23.9, 24.1)]

    assert counts == [0, 0, 1, 1, 1, 0]
    assert [message.event_type for message in _messages(runtime)] == ["delivery.deadline_near"]
    assert "by 21 November, 12:00 UTC" in _steps(runtime)[0].message


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


def _stored(runtime: Runtime, state: DeliveryState = DeliveryState.PENDING, provider: str = "teams") -> None:
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
        session.add(meeting)
        session.flush()
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
