"""How far a meeting is, written at most twice a second."""

import asyncio
import time
from typing import Final

import sqlalchemy as sa
from sqlmodel import col

from hub.meetings.models import UNDER_WAY, Meeting, MeetingState
from hub.runtime import Runtime

_PERIOD_S: Final = 0.5


class ProgressWriter:
    """Writes the progress of one meeting in one state; too frequent figures are dropped, and those of an ended run."""

    def __init__(self, runtime: Runtime, meeting_id: str, state: MeetingState) -> None:
        self._runtime = runtime
        self._meeting_id = meeting_id
        self._state = state
        self._next = 0.0

    async def __call__(self, _stage: str, done: float) -> None:
        """`done` is 0..1 of the state's work."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _PERIOD_S
            await asyncio.to_thread(self._write, done)

    def _write(self, done: float) -> None:
        values = {"state": self._state, "progress": min(1.0, max(0.0, done)), "updated_at": self._runtime.clock()}
        under_way = sa.and_(col(Meeting.id) == self._meeting_id, col(Meeting.state).in_(UNDER_WAY))
        statement = sa.update(Meeting).where(under_way).values(**values)
        with self._runtime.database.transaction() as session:
            session.connection().execute(statement)
