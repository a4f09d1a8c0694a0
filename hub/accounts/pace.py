"""A pace that holds over all processes: so many calls a second on average, and a second's worth of them at once.

The generic cell rate algorithm (ITU-T I.371): the store holds for each subject the moment until which what was let
through fills the pace, and one atomic statement moves it on. A call that comes a little early is not refused, as it
would be at the edge of a window, and one that is refused is told to the microsecond when it may come.
"""

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from hub.accounts.rate_limits import PACED
from hub.kit.database import Database

_SECOND: Final = 1_000_000
_AHEAD: Final = _SECOND
"""What may be let through before its time, in microseconds."""

_MOVE_ON: Final = sa.text(
    "INSERT INTO ratewindow (id, period, taken) VALUES (:id, :first, 1)"
    " ON CONFLICT (id) DO UPDATE SET"
    " taken = CASE WHEN ratewindow.period <= :latest THEN 1 ELSE 0 END,"
    " period = CASE WHEN ratewindow.period < :now THEN :first"
    " WHEN ratewindow.period <= :latest THEN ratewindow.period + :step ELSE ratewindow.period END"
    " RETURNING taken, period"
)


def wait_for_turn(database: Database, subject: str, per_second: int, now: datetime) -> float:
    """Seconds until `subject` may call; 0 where it may now, which is counted then."""
    if per_second <= 0:
        return 1.0
    at, step = round(now.timestamp() * _SECOND), max(1, _SECOND // per_second)
    values = {"id": f"{subject}{PACED}", "now": at, "latest": at + _AHEAD, "step": step, "first": at + step}
    with database.engine.begin() as connection:
        let_through, until = connection.execute(_MOVE_ON, values).one()
    return 0.0 if let_through else (until - values["latest"]) / _SECOND
