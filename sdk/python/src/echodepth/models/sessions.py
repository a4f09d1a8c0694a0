"""What sessions, frames and streams give."""

from datetime import datetime

from echodepth.models.base import ActionUnit, Model, Vad


class Session(Model):
    """One continuous interaction. `id` and `session_id` are the same."""

    id: str
    session_id: str
    label: str = ""
    use_case: str | None = None
    baseline_window_s: float | None = None
    alert_thresholds: dict[str, float] = {}
    status: str = ""
    frame_count: int = 0
    created_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    watermark: str | None = None


class FrameAlert(Model):
    """The threshold that was crossed."""

    type: str
    value: float
    threshold: float


class Frame(Model):
    """What one frame shows. `alert` is there when an alert begins with this frame."""

    frame_id: str
    session_id: str
    timestamp_ms: int
    vad: Vad
    active_aus: list[int] = []
    alert_triggered: bool = False
    alert_reason: str | None = None
    alert: FrameAlert | None = None
    faces: int | None = None
    aus: list[ActionUnit] | None = None
    watermark: str | None = None


class Update(Frame):
    """A frame's answer in a stream. `dropped` counts frames left out since the last: newer ones had come."""

    dropped: int = 0


class ShortVad(Model):
    """Valence, arousal and dominance; None without any frame."""

    v: float | None = None
    a: float | None = None
    d: float | None = None


class ReportAlert(FrameAlert):
    """A threshold that was crossed, and when."""

    timestamp_ms: int
    session_offset_s: int


class TrendPoint(ShortVad):
    """Means of one stretch of the session."""

    session_offset_s: int


class SessionReport(Model):
    """A session as a whole."""

    session_id: str
    label: str = ""
    duration_s: int
    frame_count: int
    baseline_vad: ShortVad
    mean_vad: ShortVad
    alerts: list[ReportAlert] = []
    trend: list[TrendPoint] = []
    summary: str
