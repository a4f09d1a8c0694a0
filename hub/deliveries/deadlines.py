"""Some results have to arrive within a time after the meeting: say so before it is too late.

How long stands in the manifest (`deliver_within_s`). The warning comes when a sixth of that time is left.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlmodel import Session, col, select

from connectors import registry
from connectors.base.manifest import Manifest
from hub import runtime as runtimes
from hub.connections.models import Connection
from hub.deliveries.messages import Event, announce
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.engine import durable
from hub.engine.schedules import Schedule
from hub.meetings import timeline
from hub.meetings.models import Meeting
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)
_EVERY_S: Final = 900
_WARN_AT: Final = 1 / 6
_STEP: Final = "delivery.deadline_near"
_UNSENT: Final = (DeliveryState.PENDING, DeliveryState.DEAD)


@dataclass(frozen=True)
class Due:
    """A delivery that is not there yet, and when it has to be."""

    delivery: Delivery
    destination: Destination
    at: datetime
    warn_from: datetime


def schedules() -> Sequence[Schedule]:
    """What repeats, and how often."""
    return (Schedule("deadlines", watch_deadlines, _EVERY_S),)


@durable.workflow("watch_deadlines")
async def watch_deadlines(_scheduled: Any, _context: Any) -> None:
    """Warn of deliveries that are about to be late."""
    await _watch()


@durable.step("watch_deadlines")
async def _watch() -> int:
    return await asyncio.to_thread(warn_of_deadlines, runtimes.current())


def warn_of_deadlines(runtime: Runtime) -> int:
    """Announce each delivery that will be late unless somebody acts, once; gives how many are close to it now."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        close = [due for due in _unsent(session, now) if due.warn_from <= now < due.at]
        for due in close:
            _warn(session, due, now)
    return len(close)


def _unsent(session: Session, now: datetime) -> Iterator[Due]:
    limits = {found.id: found for found in registry.all_manifests() if found.deliver_within_s}
    if not limits:
        return
    longest = max(found.deliver_within_s or 0 for found in limits.values())
    statement = (
        select(Delivery, Destination, Connection, Meeting)
        .join(Destination, col(Destination.id) == col(Delivery.destination_id))
        .join(Connection, col(Connection.id) == col(Destination.connection_id))
        .join(Meeting, col(Meeting.id) == col(Delivery.meeting_id))
        .where(col(Delivery.state).in_(_UNSENT), col(Connection.provider).in_(limits))
        .where(col(Delivery.created_at) > now - timedelta(seconds=longest))
    )
    for delivery, destination, connection, meeting in session.exec(statement):
        yield _due(delivery, destination, meeting, limits[connection.provider])


def _due(delivery: Delivery, destination: Destination, meeting: Meeting, manifest: Manifest) -> Due:
    within = timedelta(seconds=manifest.deliver_within_s or 0)
    at = (meeting.ended_at or meeting.created_at) + within
    return Due(delivery, destination, at, at - within * _WARN_AT)


def _warn(session: Session, due: Due, now: datetime) -> None:
    delivery, reason = due.delivery, due.delivery.state_reason
    words = f"The result has to be at {due.destination.name} by {due.at:%d %B, %H:%M %Z} and is not there yet."
    _log.warning("delivery.deadline_near", delivery_id=delivery.id, due_at=due.at.isoformat(), reason=reason)
    data = {
        "delivery_id": delivery.id,
        "destination_id": due.destination.id,
        "meeting_id": delivery.meeting_id,
        "due_at": due.at.isoformat(),
        "reason": reason,
    }
    event = Event(_STEP, delivery.id, now, data, meeting_id=delivery.meeting_id, analysis_id=delivery.analysis_id)
    announce(session, delivery.organisation_id, event)
    timeline.record(
        session,
        organisation_id=delivery.organisation_id,
        meeting_id=str(delivery.meeting_id),
        step=_STEP,
        key=delivery.id,
        message=words,
        at=now,
    )
