"""What a shorter retention would delete, counted before anybody agrees to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from hub.analysis.models import Analysis
from hub.meetings.models import Meeting
from hub.sessions.models import LiveSession, SessionState


@dataclass(frozen=True)
class Expiring:
    """How many of each are older than the retention; `inputs` are results of what was sent to the API."""

    meetings: int
    inputs: int
    sessions: int

    @property
    def anything(self) -> bool:
        """Whether anything would be deleted."""
        return any((self.meetings, self.inputs, self.sessions))


def expiring_with(session: Session, organisation_id: str, days: int, now: datetime) -> Expiring:
    """What the next clean-up deletes when results are kept for this many days."""

    def count(model: type[Any], *narrower: Any) -> int:
        own = (model.organisation_id == organisation_id, col(model.created_at) < now - timedelta(days=days))
        return session.exec(select(func.count(model.id)).where(*own, *narrower)).one()

    return Expiring(
        meetings=count(Meeting),
        inputs=count(Analysis, col(Analysis.meeting_id).is_(None)),
        sessions=count(LiveSession, LiveSession.state != SessionState.ACTIVE),
    )
