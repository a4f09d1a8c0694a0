"""Deletes meetings with everything that hangs on them, in small batches."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import Session, col, select

from hub.accounts.models import Organisation
from hub.analysis.models import Analysis
from hub.connections.models import Connection
from hub.crm.models import CrmMatch, CrmWatch
from hub.deliveries.models import Attempt, Delivery, Message
from hub.ingest.models import InboundEvent
from hub.meetings.models import Meeting, Participant, Recording, TimelineEntry
from hub.runtime import Runtime

_BATCH: Final = 50
_KEEP_EVENTS: Final = timedelta(days=30)


def forget_connection(runtime: Runtime, connection_id: str) -> int:
    """Delete every meeting and event of a connection; gives how many meetings there were.

    The ids of meetings that somebody deleted stay, so that connecting again does not bring those back.
    """
    total = 0
    while ids := _meetings(runtime, col(Meeting.connection_id) == connection_id):
        total += delete_meetings(runtime, ids)
    with runtime.database.transaction() as session:
        _delete(session, InboundEvent, col(InboundEvent.connection_id) == connection_id)
    return total


def forget_expired(runtime: Runtime) -> int:
    """Delete meetings past their organisation's retention, and events nobody redelivers any more."""
    now, total = runtime.clock(), 0
    for organisation_id, days in _retention(runtime):
        before = now - timedelta(days=days)
        expired = sa.and_(col(Meeting.organisation_id) == organisation_id, col(Meeting.created_at) < before)
        while ids := _meetings(runtime, expired):
            total += delete_meetings(runtime, ids)
    _forget_events(runtime, now - _KEEP_EVENTS)
    return total


def organisation_of(runtime: Runtime, connection_id: str) -> str | None:
    """Whose connection it is; None when it is gone."""
    with runtime.database.transaction() as session:
        connection = session.get(Connection, connection_id)
        return connection.organisation_id if connection else None


def _retention(runtime: Runtime) -> list[tuple[str, int]]:
    with runtime.database.transaction() as session:
        rows = session.exec(select(Organisation)).all()
    return [(row.id, row.retention_days or runtime.settings.retention_days) for row in rows]


def _meetings(runtime: Runtime, condition: Any) -> Sequence[str]:
    with runtime.database.transaction() as session:
        return session.exec(select(Meeting.id).where(condition).limit(_BATCH)).all()


def delete_meetings(runtime: Runtime, ids: Sequence[str]) -> int:
    """Delete these meetings with everything that hangs on them; gives how many there were."""
    with runtime.database.transaction() as session:
        delete_rows(session, ids)
    return len(ids)


def delete_rows(session: Session, ids: Sequence[str]) -> None:
    """The same in the caller's transaction."""
    deliveries = select(Delivery.id).where(col(Delivery.meeting_id).in_(ids))
    _delete(session, Attempt, col(Attempt.delivery_id).in_(deliveries))
    for model in (Delivery, Message, CrmMatch, CrmWatch, Analysis, TimelineEntry, Recording, Participant):
        _delete(session, model, col(model.meeting_id).in_(ids))
    _delete(session, Meeting, col(Meeting.id).in_(ids))


def _forget_events(runtime: Runtime, before: datetime) -> None:
    with runtime.database.transaction() as session:
        _delete(session, InboundEvent, col(InboundEvent.received_at) < before)


def _delete(session: Session, model: type[Any], condition: Any) -> None:
    session.connection().execute(sa.delete(model).where(condition))
