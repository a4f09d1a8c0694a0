"""Results that have to arrive within a time after the meeting and are not there yet.

How long stands in the manifest (`deliver_within_s`). Two kinds are late: deliveries that were not made, and recordings
whose analysis is not finished, so that nothing could be delivered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from connectors import registry
from connectors.base.manifest import Manifest
from hub.connections.models import Connection, ConnectionState
from hub.deliveries.models import Delivery, DeliveryState, Destination
from hub.meetings.models import Meeting

_WARN_AT: Final = 1 / 6
"""A warning comes when so much of the time is left."""
_REMEMBERED: Final = 2
"""So many times the longest time: what is older is past help."""
_UNSENT: Final = (DeliveryState.PENDING, DeliveryState.DEAD)


@dataclass(frozen=True)
class Due:
    """A result that is not there yet, and when it has to be; without a delivery while there is nothing to deliver."""

    meeting: Meeting
    destination: Destination
    delivery: Delivery | None
    at: datetime
    warn_from: datetime

    @property
    def key(self) -> str:
        """The same however far the result has come."""
        return f"{self.meeting.id}:{self.destination.id}"

    @property
    def reason(self) -> str:
        """What it waits for, as far as anybody knows."""
        return self.delivery.state_reason if self.delivery else self.meeting.state_reason

    def is_missed(self, now: datetime) -> bool:
        """Whether it is too late."""
        return now >= self.at

    def words(self, now: datetime) -> str:
        """For people."""
        by = f"at {self.destination.name} by {self.at:%d %B, %H:%M %Z}"
        if self.is_missed(now):
            return f"The result had to be {by} and is not there."
        return f"The result has to be {by} and is not there yet."


def late(session: Session, now: datetime, organisation_id: str | None = None) -> Sequence[Due]:
    """What is too late, or will be unless somebody acts, the most pressing first; of one organisation when given."""
    limits = {found.id: found for found in registry.all_manifests() if found.deliver_within_s}
    if not limits:
        return []
    found = [*_undelivered(session, now, limits, organisation_id), *_unfinished(session, now, limits, organisation_id)]
    return sorted((due for due in found if now >= due.warn_from), key=lambda due: due.at)


def _undelivered(
    session: Session, now: datetime, limits: Mapping[str, Manifest], organisation_id: str | None
) -> Iterator[Due]:
    statement = (
        select(Delivery, Destination, Connection, Meeting)
        .join(Destination, col(Destination.id) == col(Delivery.destination_id))
        .join(Connection, col(Connection.id) == col(Destination.connection_id))
        .join(Meeting, col(Meeting.id) == col(Delivery.meeting_id))
        .where(col(Delivery.state).in_(_UNSENT), col(Connection.provider).in_(limits))
        .where(col(Delivery.created_at) > _remembered(now, limits))
    )
    if organisation_id is not None:
        statement = statement.where(Delivery.organisation_id == organisation_id)
    for delivery, destination, connection, meeting in session.exec(statement):
        yield _due(meeting, destination, delivery, limits[connection.provider])


def _unfinished(
    session: Session, now: datetime, limits: Mapping[str, Manifest], organisation_id: str | None
) -> Iterator[Due]:
    """Meetings without any result; the account that they come from is the one that tells their owners."""
    statement = (
        select(Destination, Connection, Meeting)
        .join(Connection, col(Connection.id) == col(Destination.connection_id))
        .join(Meeting, col(Meeting.connection_id) == col(Connection.id))
        .where(col(Destination.enabled), col(Connection.provider).in_(limits), Meeting.revision == 0)
        .where(Connection.state != ConnectionState.REVOKED)
        .where(col(Meeting.created_at) > _remembered(now, limits))
    )
    if organisation_id is not None:
        statement = statement.where(Meeting.organisation_id == organisation_id)
    for destination, connection, meeting in session.exec(statement):
        yield _due(meeting, destination, None, limits[connection.provider])


def _remembered(now: datetime, limits: Mapping[str, Manifest]) -> datetime:
    return now - _REMEMBERED * timedelta(seconds=max(found.deliver_within_s or 0 for found in limits.values()))


def _due(meeting: Meeting, destination: Destination, delivery: Delivery | None, manifest: Manifest) -> Due:
    within = timedelta(seconds=manifest.deliver_within_s or 0)
    at = (meeting.ended_at or meeting.created_at) + within
    return Due(meeting, destination, delivery, at, at - within * _WARN_AT)
