"""Says before it is too late, and once when it is, that a result has not reached its destination in time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import structlog
from sqlmodel import Session

from hub import runtime as runtimes
from hub.deliveries.late import Due, late
from hub.deliveries.messages import Event, announce
from hub.engine import durable
from hub.engine.schedules import Schedule
from hub.meetings import timeline
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)
_EVERY_S: Final = 900
_NEAR: Final = "delivery.deadline_near"
_MISSED: Final = "delivery.deadline_missed"


def schedules() -> Sequence[Schedule]:
    """What repeats, and how often."""
    return (Schedule("deadlines", watch_deadlines, _EVERY_S),)


@durable.workflow("watch_deadlines")
async def watch_deadlines(_scheduled: Any, _context: Any) -> None:
    """Warn of results that are about to be late, and of those that are."""
    await _watch()


@durable.step("watch_deadlines")
async def _watch() -> int:
    return await asyncio.to_thread(warn_of_deadlines, runtimes.current())


def warn_of_deadlines(runtime: Runtime) -> int:
    """Announce each result that will be late unless somebody acts, and each that is, once; gives how many there are."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        found = late(session, now)
        for due in found:
            _warn(session, due, now)
    return len(found)


def _warn(session: Session, due: Due, now: datetime) -> None:
    step, meeting = _MISSED if due.is_missed(now) else _NEAR, due.meeting
    _log.warning(step, meeting_id=meeting.id, due_at=due.at.isoformat(), reason=due.reason)
    data = {
        "delivery_id": due.delivery.id if due.delivery else None,
        "destination_id": due.destination.id,
        "meeting_id": meeting.id,
        "due_at": due.at.isoformat(),
        "reason": due.reason,
    }
    analysis_id = due.delivery.analysis_id if due.delivery else None
    announce(
        session,
        meeting.organisation_id,
        Event(step, due.key, now, data, meeting_id=meeting.id, analysis_id=analysis_id),
    )
    timeline.record(
        session,
        organisation_id=meeting.organisation_id,
        meeting_id=meeting.id,
        step=step,
        key=due.key,
        message=due.words(now),
        at=now,
    )
