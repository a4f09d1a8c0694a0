"""Queries over live sessions of one organisation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import col, select

from hub.errors import NotFound
from hub.kit.repository import TenantRepository
from hub.sessions.errors import SessionOver
from hub.sessions.models import FrameReading, LiveSession, SessionState


class LiveSessions(TenantRepository[LiveSession]):
    """Sessions, ended ones included."""

    model: ClassVar[type[Any]] = LiveSession

    def existing(self, session_id: str) -> LiveSession:
        """The session. Raises `NotFound`."""
        found = self.get(session_id)
        if found is None:
            raise NotFound("There is no such session.")
        return found

    def hold(self, session_id: str, now: datetime) -> LiveSession:
        """The open session, alone for this transaction. Raises `NotFound` and `SessionOver`."""
        # the first statement writes: from it on, others wait on both stores
        own = (col(LiveSession.id) == session_id, col(LiveSession.organisation_id) == self.organisation_id)
        touched = sa.update(LiveSession).where(*own, col(LiveSession.state) == SessionState.ACTIVE)
        self.session.connection().execute(touched.values(active_at=now))
        return self.active(session_id)

    def active(self, session_id: str) -> LiveSession:
        """The open session. Raises `NotFound` and `SessionOver`."""
        found = self.existing(session_id)
        if found.state != SessionState.ACTIVE:
            raise SessionOver("This session has ended.")
        return found

    def active_of_key(self, key_id: str) -> Sequence[LiveSession]:
        """Open sessions of one key."""
        return self.all(self.select().where(LiveSession.key_id == key_id, LiveSession.state == SessionState.ACTIVE))


class Readings(TenantRepository[FrameReading]):
    """What frames showed."""

    model: ClassVar[type[Any]] = FrameReading

    def of_session(self, session_id: str) -> Sequence[FrameReading]:
        """Every reading, in order of time."""
        statement = self.select().where(FrameReading.session_id == session_id)
        return self.all(statement.order_by(col(FrameReading.timestamp_ms), col(FrameReading.id)))

    def means(self, session_id: str) -> dict[str, float | None]:
        """Mean valence, arousal and dominance."""
        names = ("valence", "arousal", "dominance")
        columns = [sa.func.avg(getattr(FrameReading, name)) for name in names]
        row = self.session.connection().execute(select(*columns).where(FrameReading.session_id == session_id)).one()
        return {name: None if value is None else float(value) for name, value in zip(names, row, strict=True)}
