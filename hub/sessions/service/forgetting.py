"""Deletes sessions past their organisation's retention, in small batches."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from hub.accounts.models import Organisation
from hub.runtime import Runtime
from hub.sessions.models import FrameReading, LiveSession, SessionState

_BATCH: Final = 50


def forget_expired_sessions(runtime: Runtime) -> int:
    """Gives how many sessions there were."""
    with runtime.database.transaction() as session:
        kept = [(row.id, row.retention_days) for row in session.exec(select(Organisation)).all()]
    total = 0
    for organisation_id, days in kept:
        before = runtime.clock() - timedelta(days=days or runtime.settings.retention_days)
        while ids := _expired(runtime, organisation_id, before):
            total += _delete(runtime, ids)
    return total


def _expired(runtime: Runtime, organisation_id: str, before: datetime) -> Sequence[str]:
    over = (LiveSession.organisation_id == organisation_id, LiveSession.state != SessionState.ACTIVE)
    with runtime.database.transaction() as session:
        statement = select(LiveSession.id).where(*over, col(LiveSession.created_at) < before)
        return session.exec(statement.limit(_BATCH)).all()


def _delete(runtime: Runtime, ids: Sequence[str]) -> int:
    conditions: list[tuple[type[Any], Any]] = [
        (FrameReading, col(FrameReading.session_id).in_(ids)),
        (LiveSession, col(LiveSession.id).in_(ids)),
    ]
    with runtime.database.transaction() as session:
        for model, condition in conditions:
            session.connection().execute(sa.delete(model).where(condition))
    return len(ids)
