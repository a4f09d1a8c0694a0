"""Which meetings are closed: what their provider announces of them is neither taken in nor analysed any more.

Somebody deleted them, or had somebody forgotten who took part: their provider would tell of that person again.
"""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from hub.ingest.models import InboundEvent
from hub.kit.insert import insert_once
from hub.meetings.models import DeletedMeeting, Meeting


def close(session: Session, meeting: Meeting, now: datetime) -> None:
    """Keep the provider's id of the meeting as one that is closed, and forget what its events said of it."""
    if meeting.connection_id is None:
        return
    row = DeletedMeeting(
        organisation_id=meeting.organisation_id,
        connection_id=meeting.connection_id,
        external_id=meeting.external_id,
        deleted_at=now,
    )
    insert_once(session, row, on=("connection_id", "external_id"))
    forget_events(session, meeting.connection_id, meeting.external_id)


def is_closed(session: Session, connection_id: str, external_id: str) -> bool:
    """Whether the meeting that the provider knows by this id is closed, be it still kept here or not."""
    statement = select(DeletedMeeting.id).where(
        DeletedMeeting.connection_id == connection_id, DeletedMeeting.external_id == external_id
    )
    return session.exec(statement).first() is not None


def forget_events(session: Session, connection_id: str, external_id: str) -> None:
    """Delete what the provider announced of a meeting; work that it started finds nothing to do."""
    session.exec(
        delete(InboundEvent).where(
            col(InboundEvent.connection_id) == connection_id,
            col(InboundEvent.meeting_external_id) == external_id,
        )
    )
