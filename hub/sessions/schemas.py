"""Bodies and answers of sessions."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field, PlainSerializer, WithJsonSchema

from hub.api_schemas import Input
from hub.sessions.models import LiveSession

EXPIRES_AFTER: Final = timedelta(hours=4)
DEFAULT_THRESHOLDS: Final = {"arousal_high": 0.80, "valence_low": 0.25, "dominance_low": 0.30}

ThresholdName = Literal["arousal_high", "valence_low", "dominance_low"]
Figure = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


def _as_sent(seconds: float) -> Any:
    return int(seconds) if seconds.is_integer() else seconds


Seconds = Annotated[float, PlainSerializer(_as_sent), WithJsonSchema({"type": "number"})]
"""Whole ones are told without a point, as callers send them."""


class SessionRequest(Input):
    """A new session."""

    label: str = Field(default="", max_length=200, examples=["interview-001"])
    use_case: str | None = Field(default=None, max_length=100, examples=["insurance_claims"])
    baseline_window_s: float = Field(default=60, ge=1, le=3600, allow_inf_nan=False)
    alert_thresholds: dict[ThresholdName, Figure] | None = Field(
        default=None, examples=[{"arousal_high": 0.8, "valence_low": 0.25}]
    )


class SessionView(BaseModel):
    """A session. `id` and `session_id` are the same."""

    id: str
    session_id: str
    label: str
    use_case: str | None
    baseline_window_s: Seconds
    alert_thresholds: dict[str, float]
    status: str = Field(examples=["active"])
    frame_count: int
    created_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    watermark: str | None = None


class Delta(BaseModel):
    """The change from the session's baseline, -1..1."""

    valence: float
    arousal: float
    dominance: float


class FrameVad(BaseModel):
    """Valence, arousal and dominance, 0..1. Of the three a face tells dominance least."""

    valence: float
    arousal: float
    dominance: float
    delta_from_baseline: Delta
    confidence: float


class FrameAlert(BaseModel):
    """The threshold that was crossed."""

    type: str
    value: float
    threshold: float


class FrameAnswer(BaseModel):
    """What one frame shows."""

    frame_id: str
    session_id: str
    timestamp_ms: int
    vad: FrameVad
    active_aus: list[int]
    alert_triggered: bool
    alert_reason: str | None
    alert: FrameAlert | None = Field(default=None, description="Present when the alert begins with this frame.")
    faces: int = Field(description="How many faces the frame shows; the most prominent one is told.")
    aus: list[dict[str, Any]] | None = Field(default=None, description="Every Action Unit, with `?detail=aus`.")
    watermark: str | None = None


class ShortVad(BaseModel):
    """Valence, arousal and dominance; null without any frame."""

    v: float | None
    a: float | None
    d: float | None


class ReportAlert(BaseModel):
    """A threshold that was crossed, and when."""

    type: str
    timestamp_ms: int
    value: float
    threshold: float
    session_offset_s: int


class TrendPoint(BaseModel):
    """Means of one stretch of the session."""

    session_offset_s: int
    v: float
    a: float
    d: float


class SessionReport(BaseModel):
    """A session as a whole."""

    session_id: str
    label: str
    duration_s: int
    frame_count: int
    baseline_vad: ShortVad
    mean_vad: ShortVad
    alerts: list[ReportAlert]
    trend: list[TrendPoint]
    summary: str


def session_view(row: LiveSession) -> SessionView:
    """A stored session as the API tells it."""
    return SessionView(
        id=row.id,
        session_id=row.id,
        label=row.label,
        use_case=row.use_case,
        baseline_window_s=row.baseline_window_s,
        alert_thresholds=row.alert_thresholds,
        status=row.state,
        frame_count=row.frame_count,
        created_at=row.created_at,
        expires_at=None if row.ended_at else row.active_at + EXPIRES_AFTER,
        ended_at=row.ended_at,
        watermark=row.watermark,
    )
