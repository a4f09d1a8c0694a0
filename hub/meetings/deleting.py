"""Deletes one meeting, or what is known of one person, because somebody asked for it."""

from sqlmodel import Session, col, select

from hub.accounts import audit
from hub.accounts.errors import DetailsInvalid
from hub.accounts.service.details import clean_email
from hub.deliveries.models import Attempt, Delivery, DeliveryState
from hub.deliveries.outbox import STARTED
from hub.errors import Conflict, NotFound
from hub.meetings.anonymising import forget_person
from hub.meetings.closed import close
from hub.meetings.forgetting import delete_rows
from hub.meetings.models import UNDER_WAY, Meeting
from hub.meetings.repository import Meetings
from hub.runtime import Runtime


def delete_meeting(runtime: Runtime, organisation_id: str, meeting_id: str, *, actor: str) -> None:
    """Delete a meeting with its result, people and deliveries. What was written elsewhere stays there.
    What its provider announces of it later does not bring it back.

    Raises `NotFound`, and `Conflict` while it is being analysed or sent. The audit log keeps neither title nor names.
    """
    with runtime.database.transaction() as session:
        meeting = Meetings(session, organisation_id).hold(meeting_id)
        if meeting is None:
            raise NotFound("There is no such meeting.")
        _require_idle(session, meeting)
        started = meeting.started_at.isoformat() if meeting.started_at else None
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor,
            action="meeting.deleted",
            subject=meeting.id,
            at=runtime.clock(),
            details={"provider": meeting.provider, "started_at": started},
        )
        close(session, meeting, runtime.clock())
        delete_rows(session, [meeting.id])


def forget(runtime: Runtime, organisation_id: str, email: str, *, actor: str) -> int:
    """Forget whoever has this address; gives how many meetings they were in.

    Raises `DetailsInvalid` for what is no address, and where nobody has it. The audit log does not keep the address.
    """
    address = clean_email(email)
    with runtime.database.transaction() as session:
        meetings = forget_person(session, organisation_id, address, runtime.clock())
        if not meetings:
            raise DetailsInvalid("email", "Nobody with this address was in a meeting that is kept here.")
        audit.record(
            session,
            organisation_id=organisation_id,
            actor=actor,
            action="person.forgotten",
            subject=organisation_id,
            at=runtime.clock(),
            details={"meetings": meetings},
        )
    return meetings


def _require_idle(session: Session, meeting: Meeting) -> None:
    if meeting.state in UNDER_WAY:
        raise Conflict("This meeting is being analysed. Delete it when that is done.")
    calling = (
        select(Attempt.id)
        .join(Delivery, col(Delivery.id) == col(Attempt.delivery_id))
        .where(Delivery.meeting_id == meeting.id, Delivery.state == DeliveryState.PENDING, Attempt.outcome == STARTED)
    )
    if session.exec(calling).first():
        raise Conflict("This meeting's result is being sent at this moment. Delete it in a minute.")
