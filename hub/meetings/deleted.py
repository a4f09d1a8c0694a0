"""Which meetings somebody deleted: whatever their provider announces of them later is not taken in."""

from datetime import datetime

from sqlmodel import Session, col, delete, select

from hub.ingest.models import InboundEvent
from hub.kit.insert import insert_once
from hub.meetings.models import DeletedMeeting, Meeting


def remember(session: Session, meeting: Meeting, now: datetime) -> None:
    """Keep the provider's id of a meeting that is being deleted, and forget what its events said of it."""
    if meeting.connection_id is None:
        return
    row = DeletedMeeting(
        organisation_id=meeting.organisation_id,
        connection_id=meeting.connection_id,
        external_id=meeting.external_id,
        deleted_at=now,
    )
    insert_once(session, row, on=("connection_id", "external_id"))
    session.exec(
        delete(InboundEvent).where(
            col(InboundEvent.connection_id) == meeting.connection_id,
            col(InboundEvent.meeting_external_id) == meeting.external_id,
        )
    )


def was_deleted(session: Session, connection_id: str, external_id: str) -> bool:
    """Whether somebody deleted the meeting that the provider knows by this id."""
    statement = select(DeletedMeeting.id).where(
        DeletedMeeting.connection_id == connection_id, DeletedMeeting.external_id == external_id
    )
    return session.exec(statement).first() is not None
