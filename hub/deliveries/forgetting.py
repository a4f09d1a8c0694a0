"""Deletes messages that belong to no meeting and no analysis, such as those of sessions, past their retention."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from hub.accounts.models import Organisation
from hub.deliveries.models import Attempt, Delivery, DeliveryState, Message
from hub.runtime import Runtime

_BATCH: Final = 200


def forget_expired_messages(runtime: Runtime) -> int:
    """Gives how many messages there were; those of meetings and analyses go with these."""
    with runtime.database.transaction() as session:
        kept = [(row.id, row.retention_days) for row in session.exec(select(Organisation)).all()]
    total = 0
    for organisation_id, days in kept:
        before = runtime.clock() - timedelta(days=days or runtime.settings.retention_days)
        while ids := _expired(runtime, organisation_id, before):
            total += _delete(runtime, ids)
    return total


def _expired(runtime: Runtime, organisation_id: str, before: datetime) -> Sequence[str]:
    under_way = select(Delivery.message_id).where(
        Delivery.state == DeliveryState.PENDING, col(Delivery.message_id).is_not(None)
    )
    alone = (col(Message.meeting_id).is_(None), col(Message.analysis_id).is_(None))
    own = (Message.organisation_id == organisation_id, col(Message.created_at) < before)
    with runtime.database.transaction() as session:
        found = select(Message.id).where(*own, *alone, col(Message.id).not_in(under_way))
        return session.exec(found.limit(_BATCH)).all()


def _delete(runtime: Runtime, ids: Sequence[str]) -> int:
    deliveries = select(Delivery.id).where(col(Delivery.message_id).in_(ids))
    conditions: list[tuple[type[Any], Any]] = [
        (Attempt, col(Attempt.delivery_id).in_(deliveries)),
        (Delivery, col(Delivery.message_id).in_(ids)),
        (Message, col(Message.id).in_(ids)),
    ]
    with runtime.database.transaction() as session:
        for model, condition in conditions:
            session.connection().execute(sa.delete(model).where(condition))
    return len(ids)
