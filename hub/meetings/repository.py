"""Queries over meetings and what belongs to them, of one organisation."""

from collections.abc import Sequence
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import col

from hub.kit.repository import TenantRepository
from hub.meetings.models import Meeting, Participant, Recording, TimelineEntry


class Meetings(TenantRepository[Meeting]):
    """Recorded meetings."""

    model: ClassVar[type[Any]] = Meeting

    def hold(self, meeting_id: str) -> Meeting | None:
        """The meeting as it is now; nobody else changes it until this transaction ends. None when it is gone."""
        # an update that changes nothing holds the row on PostgreSQL, and the whole store on SQLite
        same = sa.update(Meeting).where(col(Meeting.id) == meeting_id).values(updated_at=Meeting.updated_at)
        self.session.flush()
        self.session.connection().execute(same)
        statement = self.select().where(Meeting.id == meeting_id)
        return self.session.exec(statement.execution_options(populate_existing=True)).first()

    def by_external_id(self, connection_id: str, external_id: str) -> Meeting | None:
        """The meeting that the provider knows by this id."""
        statement = self.select().where(Meeting.connection_id == connection_id, Meeting.external_id == external_id)
        return self.session.exec(statement).first()


class Participants(TenantRepository[Participant]):
    """Who took part."""

    model: ClassVar[type[Any]] = Participant

    def of_meeting(self, meeting_id: str) -> Sequence[Participant]:
        """Everybody in one meeting, in the order the provider told."""
        return self.all(self.select().where(Participant.meeting_id == meeting_id).order_by(col(Participant.id)))


class Recordings(TenantRepository[Recording]):
    """Files that the provider offers."""

    model: ClassVar[type[Any]] = Recording

    def of_meeting(self, meeting_id: str) -> Sequence[Recording]:
        """Every file of one meeting."""
        return self.all(self.select().where(Recording.meeting_id == meeting_id).order_by(col(Recording.id)))


class Timeline(TenantRepository[TimelineEntry]):
    """The steps of meetings."""

    model: ClassVar[type[Any]] = TimelineEntry

    def of_meeting(self, meeting_id: str) -> Sequence[TimelineEntry]:
        """Every step of one meeting, oldest first."""
        statement = self.select().where(TimelineEntry.meeting_id == meeting_id)
        return self.all(statement.order_by(col(TimelineEntry.at), col(TimelineEntry.id)))
