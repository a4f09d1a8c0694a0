"""Live sessions and what each of their frames showed. Frames themselves are never stored."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import Field

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class SessionState(StrEnum):
    """`expired` sessions were quiet for too long and ended by themselves."""

    ACTIVE = "active"
    ENDED = "ended"
    EXPIRED = "expired"


class LiveSession(TenantModel, table=True):
    """One continuous interaction. The baseline is the mean of `baseline_frames` in its opening window."""

    id: str = Field(default_factory=lambda: new_id("ses"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    key_id: str = Field(foreign_key="apikey.id", index=True)
    label: str = ""
    use_case: str | None = None
    baseline_window_s: float = 60.0
    alert_thresholds: dict[str, float] = json_field(default_factory=dict)
    watermark: str | None = None
    state: str = Field(default=SessionState.ACTIVE.value, index=True)
    frame_count: int = 0
    first_ms: int | None = Field(default=None, sa_type=BigInteger)
    last_ms: int | None = Field(default=None, sa_type=BigInteger)
    baseline_frames: int = 0
    baseline_valence: float = 0.0
    baseline_arousal: float = 0.0
    baseline_dominance: float = 0.0
    alerting: list[str] = json_field(default_factory=list)
    """Thresholds that the last frame crossed: an alert is told when it begins."""
    alerts: list[dict[str, object]] = json_field(default_factory=list)
    heard: dict[str, Any] | None = json_field(default=None, nullable=True)
    """Of a stream of sound: `seconds` of it, those of `speech`, and how many of them had each of the `emotions`."""
    report: dict[str, object] | None = json_field(default=None, nullable=True)
    created_at: datetime = moment(index=True)
    active_at: datetime = moment(index=True)
    ended_at: datetime | None = moment(default=None, nullable=True)


class FrameReading(TenantModel, table=True):
    """What one frame showed."""

    id: str = Field(default_factory=lambda: new_id("frm"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id")
    session_id: str = Field(foreign_key="livesession.id", index=True)
    timestamp_ms: int = Field(sa_type=BigInteger)
    valence: float
    arousal: float
    dominance: float
    confidence: float
    active_aus: list[int] = json_field(default_factory=list)
