"""The timeline of a meeting: one row for each step of its way, written once however often the step runs."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from hub.kit.insert import insert_once
from hub.meetings.models import TimelineEntry


def record(
    session: Session,
    *,
    organisation_id: str,
    meeting_id: str,
    step: str,
    key: str = "",
    message: str = "",
    details: Mapping[str, object] | None = None,
    at: datetime,
) -> None:
    """Add a step in the caller's transaction. `key` tells repetitions of a step from the same one run again."""
    entry = TimelineEntry(
        organisation_id=organisation_id,
        meeting_id=meeting_id,
        key=f"{step}:{key}" if key else step,
        step=step,
        message=message,
        details=dict(details or {}),
        at=at,
    )
    insert_once(session, entry, on=("meeting_id", "key"))
