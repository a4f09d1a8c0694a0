"""One frame: what it shows, how that differs from the session's baseline, and whether a threshold was crossed."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

from hub.accounts.api_access import Caller, count_frame
from hub.analysis import warm
from hub.analysis.runner import AnalysisFailed
from hub.errors import InvalidInput, Unavailable
from hub.kit.database import Database
from hub.runtime import Runtime
from hub.sessions.errors import FrameTooLarge, NoFaceDetected
from hub.sessions.models import FrameReading, LiveSession
from hub.sessions.repository import LiveSessions
from hub.sessions.service.alerting import announce_alert
from hub.sessions.service.opening import require_minutes
from hub.sessions.service.reporting import DIMENSIONS, baseline

MAX_FRAME_BYTES: Final = 4 * 1024 * 1024
LATEST_MS: Final = 253_402_300_799_000
"""The end of the year 9999."""
_TIMEOUT_S: Final = 15.0
MOST_ALERTS: Final = 1000
_HIGH: Final = "_high"
_MOST_WAITING: Final = 30
_MOST_KNOWN: Final = 10_000


async def see_frame(
    runtime: Runtime, caller: Caller, session_id: str, picture: bytes, timestamp_ms: int, *, detail: bool
) -> dict[str, Any]:
    """The answer to one frame. Raises `HubError`, among them `NoFaceDetected`."""
    require_frame(picture, timestamp_ms)
    await count_frame(runtime, caller)
    started_ms = await _started_ms(runtime, caller, session_id, timestamp_ms)
    shown = await _look(runtime, session_id, picture, max(0.0, (timestamp_ms - started_ms) / 1000), detail)
    return await asyncio.to_thread(_judge, runtime, caller, session_id, timestamp_ms, shown, detail)


def require_frame(picture: bytes, timestamp_ms: int) -> None:
    """Raises `FrameTooLarge` and `InvalidInput`."""
    if len(picture) > MAX_FRAME_BYTES:
        raise FrameTooLarge(f"A frame may have {MAX_FRAME_BYTES} bytes.")
    if not picture:
        raise InvalidInput("There is no frame.", {"fields": {"frame": "missing"}})
    if not 0 <= timestamp_ms <= LATEST_MS:
        raise InvalidInput("The time is out of range.", {"fields": {"timestamp_ms": "milliseconds since 1970"}})


async def forget_faces(runtime: Runtime, session_id: str) -> None:
    """The session is over: its faces need not be known any more."""
    await warm.pool(runtime.settings.media_dir).of(session_id).ask("forget", session=session_id)


async def _look(runtime: Runtime, session_id: str, picture: bytes, time_s: float, detail: bool) -> Mapping[str, Any]:
    process = warm.pool(runtime.settings.media_dir).of(session_id)
    if process.waiting >= _MOST_WAITING:
        raise Unavailable("Too many frames are waiting to be analysed.", retry_after=1)
    try:
        shown: Mapping[str, Any] = await process.ask(
            "frame", picture, timeout_s=_TIMEOUT_S, session=session_id, time_s=time_s, detail=detail
        )
    except AnalysisFailed as error:
        if error.code == "media_unreadable":
            raise InvalidInput(error.message, {"fields": {"frame": error.message}}) from error
        raise Unavailable("The frame could not be analysed.", retry_after=1) from error
    return shown


async def _started_ms(runtime: Runtime, caller: Caller, session_id: str, timestamp_ms: int) -> int:
    """When the session's first frame was; asked of the store once. Raises `NotFound` and `SessionOver`."""
    known, place = _started.setdefault(runtime.database, OrderedDict()), (caller.organisation_id, session_id)
    if place not in known:
        started_ms = await asyncio.to_thread(_begin, runtime, caller, session_id)
        if started_ms is None:
            return timestamp_ms
        known[place] = started_ms
        if len(known) > _MOST_KNOWN:
            known.popitem(last=False)
    return known[place]


_started: "WeakKeyDictionary[Database, OrderedDict[tuple[str, str], int]]" = WeakKeyDictionary()
"""It does not change once there is one. Whether the session goes on is asked with every frame, when it is judged."""


def _begin(runtime: Runtime, caller: Caller, session_id: str) -> int | None:
    """When the first frame was, if there was one. Raises `NotFound`, `SessionOver` and `RateLimited`."""
    with runtime.database.transaction() as session:
        require_minutes(session, caller, runtime.clock())
        return LiveSessions(session, caller.organisation_id).active(session_id).first_ms


def _judge(
    runtime: Runtime, caller: Caller, session_id: str, timestamp_ms: int, shown: Mapping[str, Any], detail: bool
) -> dict[str, Any]:
    """Store what the frame showed, compare, and announce alerts that begin."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        row = LiveSessions(session, caller.organisation_id).hold(session_id, now)
        require_minutes(session, caller, now)
        row.frame_count += 1
        row.first_ms = timestamp_ms if row.first_ms is None else row.first_ms
        row.last_ms = max(timestamp_ms, row.last_ms or 0)
        if shown["faces"]:
            face = shown["faces"][0]
            reading = _reading(row, face, timestamp_ms)
            session.add(reading)
            settle_baseline(row, reading)
            crossed, begun = _alerts(row, reading)
            for alert in begun:
                announce_alert(session, row, reading.id, reading.timestamp_ms, alert, now)
    if not shown["faces"]:
        raise NoFaceDetected("No face was found in the frame: check lighting and framing.")
    answer = _answer(row, reading, crossed, begun)
    answer["faces"] = len(shown["faces"])
    return {**answer, "aus": face["action_units"]} if detail else answer


def _reading(row: LiveSession, face: Mapping[str, Any], timestamp_ms: int) -> FrameReading:
    return FrameReading(
        organisation_id=row.organisation_id,
        session_id=row.id,
        timestamp_ms=timestamp_ms,
        confidence=face["vad"]["confidence"],
        active_aus=face["active_aus"],
        **{name: face["vad"][name] for name in DIMENSIONS},
    )


def settle_baseline(row: LiveSession, reading: FrameReading) -> None:
    """Frames of the opening window make the baseline."""
    if reading.timestamp_ms - (row.first_ms or 0) > 1000 * row.baseline_window_s:
        return
    row.baseline_frames += 1
    for name in DIMENSIONS:
        column = f"baseline_{name}"
        setattr(row, column, getattr(row, column) + getattr(reading, name))


def _alerts(row: LiveSession, reading: FrameReading) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Thresholds that this frame crosses, and those of them that the last one did not."""
    crossed = [
        {"type": kind, "value": round(_value(reading, kind), 4), "threshold": threshold}
        for kind, threshold in row.alert_thresholds.items()
        if _is_beyond(kind, _value(reading, kind), threshold)
    ]
    begun = [alert for alert in crossed if alert["type"] not in row.alerting]
    row.alerting = [str(alert["type"]) for alert in crossed]
    offset_s = max(0, (reading.timestamp_ms - (row.first_ms or 0)) // 1000)
    told = [{**alert, "timestamp_ms": reading.timestamp_ms, "session_offset_s": offset_s} for alert in begun]
    row.alerts = [*row.alerts, *told][:MOST_ALERTS]
    return crossed, begun


def _value(reading: FrameReading, kind: str) -> float:
    return float(getattr(reading, kind.rpartition("_")[0]))


def _is_beyond(kind: str, value: float, threshold: float) -> bool:
    return value >= threshold if kind.endswith(_HIGH) else value <= threshold


def _answer(
    row: LiveSession, reading: FrameReading, crossed: list[dict[str, Any]], begun: list[dict[str, Any]]
) -> dict[str, Any]:
    usual = baseline(row)
    values = {name: round(getattr(reading, name), 4) for name in DIMENSIONS}
    delta = {name: round(values[name] - (usual[name] if usual[name] is not None else values[name]), 4) + 0.0
             for name in DIMENSIONS}  # fmt: skip
    answer: dict[str, Any] = {
        "frame_id": reading.id,
        "session_id": row.id,
        "timestamp_ms": reading.timestamp_ms,
        "vad": {**values, "delta_from_baseline": delta, "confidence": round(reading.confidence, 4)},
        "active_aus": reading.active_aus,
        "alert_triggered": bool(crossed),
        "alert_reason": crossed[0]["type"] if crossed else None,
        "alert": begun[0] if begun else None,
    }
    return {**answer, "watermark": row.watermark} if row.watermark else answer
