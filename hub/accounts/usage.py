"""How much was used: one row for each key, day and kind of use, added to by one atomic statement."""

from datetime import date, datetime
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from hub.accounts.models import Usage

ANALYSES: Final = "analyses"
MEDIA_SECONDS: Final = "media_seconds"
SESSION_MINUTES: Final = "session_minutes"
FRAMES: Final = "frames"


def meter(session: Session, organisation_id: str, key_id: str, kind: str, quantity: float, now: datetime) -> None:
    """Add to today's use in the caller's transaction."""
    row = Usage(organisation_id=organisation_id, key_id=key_id, day=now.date(), kind=kind, quantity=quantity)
    table: sa.Table = cast("Any", Usage).__table__
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table).values({column.name: getattr(row, column.name) for column in table.columns})
    added = insert.on_conflict_do_update(
        index_elements=["key_id", "day", "kind"], set_={"quantity": table.c.quantity + insert.excluded.quantity}
    )
    session.flush()
    session.connection().execute(added)


def used_this_month(session: Session, key_id: str, kind: str, now: datetime) -> float:
    """What one key used of a kind since the month began, UTC."""
    first = now.date().replace(day=1)
    statement = select(sa.func.coalesce(sa.func.sum(Usage.quantity), 0.0)).where(
        Usage.key_id == key_id, Usage.kind == kind, col(Usage.day) >= first
    )
    return float(session.exec(statement).one())


def totals(session: Session, organisation_id: str, since: date, until: date) -> list[dict[str, object]]:
    """Use by key and kind, both days included."""
    statement = (
        select(Usage.key_id, Usage.kind, sa.func.sum(Usage.quantity))
        .where(Usage.organisation_id == organisation_id, col(Usage.day) >= since, col(Usage.day) <= until)
        .group_by(col(Usage.key_id), col(Usage.kind))
        .order_by(col(Usage.key_id), col(Usage.kind))
    )
    return [
        {"key_id": key, "kind": kind, "quantity": round(float(sum_), 4)} for key, kind, sum_ in session.exec(statement)
    ]
