"""Opens sessions within the limits of a plan, and ends them with a report."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from analysis_core.options import DEFAULT_THRESHOLDS as SOUND_THRESHOLDS
from hub.accounts import usage
from hub.accounts.api_access import Caller
from hub.accounts.models import ApiKey
from hub.accounts.plans import PLANS, SANDBOX
from hub.deliveries.messages import Event, announce
from hub.errors import RateLimited
from hub.runtime import Runtime
from hub.sessions.models import LiveSession, SessionState
from hub.sessions.repository import LiveSessions, Readings
from hub.sessions.schemas import DEFAULT_THRESHOLDS, EXPIRES_AFTER, SessionRequest
from hub.sessions.service.reporting import make_report

_MINUTE_S = 60.0
_BATCH = 50


def open_session(runtime: Runtime, caller: Caller, body: SessionRequest, *, of_sound: bool = False) -> LiveSession:
    """Start a session, of frames or of sound. Raises `RateLimited` where the plan has no room for one."""
    now = runtime.clock()
    usual = SOUND_THRESHOLDS if of_sound else DEFAULT_THRESHOLDS
    given = body.alert_thresholds
    thresholds = {**usual} if given is None else {str(name): value for name, value in given.items()}
    row = LiveSession(
        organisation_id=caller.organisation_id,
        key_id=caller.key_id,
        label=body.label,
        use_case=body.use_case,
        baseline_window_s=body.baseline_window_s,
        alert_thresholds=thresholds,
        watermark=caller.plan.watermark,
        heard={} if of_sound else None,
        created_at=now,
        active_at=now,
    )
    with runtime.database.transaction() as session:
        # written first, so that two requests at once are counted one after the other
        session.connection().execute(sa.update(ApiKey).where(col(ApiKey.id) == caller.key_id).values(last_used_at=now))
        _require_room(session, caller, now)
        LiveSessions(session, caller.organisation_id).add(row)
        _announce(session, row, "session.created", now)
    return row


def end_session(runtime: Runtime, organisation_id: str, session_id: str) -> LiveSession:
    """End a session and make its report. Raises `NotFound` and `SessionOver`."""
    with runtime.database.transaction() as session:
        row = LiveSessions(session, organisation_id).hold(session_id, runtime.clock())
        _finish(session, row, SessionState.ENDED, runtime.clock(), until=runtime.clock())
        return row


def expire_sessions(runtime: Runtime) -> int:
    """End sessions that were quiet for too long; gives how many."""
    now = runtime.clock()
    quiet = (LiveSession.state == SessionState.ACTIVE, col(LiveSession.active_at) < now - EXPIRES_AFTER)
    with runtime.database.transaction() as session:
        rows = session.exec(select(LiveSession).where(*quiet).limit(_BATCH).with_for_update()).all()
        for row in rows:
            _finish(session, row, SessionState.EXPIRED, now, until=row.active_at)
        return len(rows)


def require_minutes(session: Session, caller: Caller, now: datetime) -> None:
    """Raises `RateLimited` when the month's session minutes are used up."""
    limit = caller.plan.session_minutes
    if limit is None:
        return
    used = usage.used_this_month(session, caller.key_id, usage.SESSION_MINUTES, now)
    for row in LiveSessions(session, caller.organisation_id).active_of_key(caller.key_id):
        used += _minutes(row, now)
    if used >= limit:
        message = f"Your plan takes {limit} session minutes a month, and they are used up."
        raise RateLimited(message, int((_next_month(now) - now).total_seconds()) + 1)


def _require_room(session: Session, caller: Caller, now: datetime) -> None:
    require_minutes(session, caller, now)
    limit = caller.plan.sessions_at_once
    if limit is not None and len(LiveSessions(session, caller.organisation_id).active_of_key(caller.key_id)) >= limit:
        raise RateLimited(f"Your plan takes {limit} sessions at once: end one first.", int(_MINUTE_S))


def _finish(session: Session, row: LiveSession, state: SessionState, now: datetime, *, until: datetime) -> None:
    row.state, row.ended_at = state.value, until
    row.report = make_report(row, Readings(session, row.organisation_id).of_session(row.id))
    usage.meter(session, row.organisation_id, row.key_id, usage.SESSION_MINUTES, _minutes(row, until), now)
    usage.meter(session, row.organisation_id, row.key_id, usage.FRAMES, row.frame_count, now)
    _announce(session, row, "session.ended", now)
    if _has_reports(session, row):
        _announce(session, row, "session.report_ready", now)


def _has_reports(session: Session, row: LiveSession) -> bool:
    return PLANS.get(session.get_one(ApiKey, row.key_id).plan, SANDBOX).reports


def _minutes(row: LiveSession, until: datetime) -> float:
    return max(0.0, (until - row.created_at).total_seconds() / _MINUTE_S)


def _next_month(now: datetime) -> datetime:
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return first.replace(year=now.year + 1, month=1) if now.month == 12 else first.replace(month=now.month + 1)


def _announce(session: Session, row: LiveSession, name: str, now: datetime) -> None:
    data = {"session_id": row.id, "label": row.label}
    announce(session, row.organisation_id, Event(name, row.id, now, data))
