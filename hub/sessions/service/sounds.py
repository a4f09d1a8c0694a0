"""What a live stream of sound showed, kept on its session every few seconds: its report is made of that."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.accounts.api_access import Caller
from hub.runtime import Runtime
from hub.sessions.models import FrameReading, LiveSession
from hub.sessions.repository import LiveSessions
from hub.sessions.service.alerting import announce_alert
from hub.sessions.service.frames import MOST_ALERTS, settle_baseline
from hub.sessions.service.opening import require_minutes
from hub.sessions.service.reporting import DIMENSIONS

Update = Mapping[str, Any]
"""What `LiveSound.hear` gives for one second."""


def keep_sound(runtime: Runtime, caller: Caller, session_id: str, seconds: float, updates: Sequence[Update]) -> None:
    """Add `seconds` of sound with what they showed. Raises `NotFound`, `SessionOver`, and `RateLimited` afterwards."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        sessions = LiveSessions(session, caller.organisation_id)
        if seconds:  # a connection that nothing comes over is no activity
            _add(session, sessions.hold(session_id, now), seconds, updates, now)
        else:
            sessions.active(session_id)
    with runtime.database.transaction() as session:
        require_minutes(session, caller, now)


def _add(session: Session, row: LiveSession, seconds: float, updates: Sequence[Update], now: datetime) -> None:
    row.heard = _heard(row.heard or {}, seconds, updates)
    started_ms = row.first_ms = int(row.created_at.timestamp() * 1000)
    for update in updates:
        alerts = [_alert(started_ms, alert) for alert in update["alerts"]]
        row.alerts = [*row.alerts, *alerts][:MOST_ALERTS]
        for alert in alerts:
            announce_alert(session, row, f"{row.id}:{alert['timestamp_ms']}", alert["timestamp_ms"], alert, now)
        reading = _reading(row, update, started_ms)
        if reading is not None:
            session.add(reading)
            settle_baseline(row, reading)


def _heard(before: Mapping[str, Any], seconds: float, updates: Sequence[Update]) -> dict[str, Any]:
    talking = [update for update in updates if update["talking"]]
    emotions = Counter(before.get("emotions", {})) + Counter(one["emotion"] for one in talking if one["emotion"])
    return {
        "seconds": before.get("seconds", 0.0) + seconds,
        "speech": before.get("speech", 0) + len(talking),
        "emotions": dict(emotions),
    }


def _reading(row: LiveSession, update: Update, started_ms: int) -> FrameReading | None:
    """The second, where somebody talks and it tells all three."""
    vad = update["vad"] or {}
    if not update["talking"] or any(vad.get(name) is None for name in DIMENSIONS):
        return None
    return FrameReading(
        organisation_id=row.organisation_id,
        session_id=row.id,
        timestamp_ms=started_ms + 1000 * int(update["second"]),
        confidence=max((update["emotions"] or {"": 0.0}).values()),
        **{name: vad[name] for name in DIMENSIONS},
    )


def _alert(started_ms: int, alert: Mapping[str, Any]) -> dict[str, Any]:
    offset_s = int(alert["offset_s"])
    told = {name: alert[name] for name in ("type", "value", "threshold")}
    return {**told, "timestamp_ms": started_ms + 1000 * offset_s, "session_offset_s": offset_s}
