"""What was used this month (UTC), by key, against its plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from hub.accounts import usage
from hub.accounts.api_access import caller_of
from hub.accounts.models import ApiKey


@dataclass(frozen=True)
class KeyUsage:
    """One key's use of each kind. `is_app` is one that counts for an app; `minutes_limit` None is no limit."""

    name: str
    is_app: bool
    plan: str
    used: Mapping[str, float]
    minutes_limit: int | None

    @property
    def minutes_share(self) -> float:
        """How much of the month's live minutes is used, 0..1."""
        used = self.used.get(usage.SESSION_MINUTES, 0.0)
        return min(1.0, used / self.minutes_limit) if self.minutes_limit else 0.0


def usage_of(session: Session, organisation_id: str, now: datetime) -> list[KeyUsage]:
    """Every key that was used since the month began, and what for."""
    used: dict[str, dict[str, float]] = {}
    for row in usage.totals(session, organisation_id, now.date().replace(day=1), now.date()):
        used.setdefault(str(row["key_id"]), {})[str(row["kind"])] = float(str(row["quantity"]))
    own = (ApiKey.organisation_id == organisation_id, col(ApiKey.id).in_(used))
    keys = session.exec(select(ApiKey).where(*own).order_by(col(ApiKey.name), col(ApiKey.id))).all()
    return [_of(key, used[key.id]) for key in keys]


def _of(key: ApiKey, used: Mapping[str, float]) -> KeyUsage:
    plan = caller_of(key).plan
    return KeyUsage(key.name, key.client_id is not None, plan.name, used, plan.session_minutes)
