"""Subscribers hear of a threshold the moment a live session crosses it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from hub.deliveries.messages import Event, announce
from hub.sessions.models import LiveSession


def announce_alert(
    session: Session, row: LiveSession, at: str, timestamp_ms: int, alert: Mapping[str, Any], now: datetime
) -> None:
    """`alert` is its `type`, `value` and `threshold`; `at` names what crossed it, so that it is told once."""
    data = {
        "session_id": row.id,
        "label": row.label,
        "timestamp_ms": timestamp_ms,
        "alert": {name: alert[name] for name in ("type", "value", "threshold")},
        **({"watermark": row.watermark} if row.watermark else {}),
    }
    announce(session, row.organisation_id, Event("session.alert", f"{at}:{alert['type']}", now, data))
