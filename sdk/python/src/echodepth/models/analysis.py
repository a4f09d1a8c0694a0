"""What `analyse` and `results` give."""

from datetime import datetime
from typing import Any

from echodepth.models.base import ActionUnit, Model, Vad

Series = list[float | None]
"""One value for each started second; None where nothing told."""


class Abstained(Model):
    """Why there is no Trust Score."""

    reason: str
    explanation: str


class FaceActivation(Model):
    """One face's Action Units over time: `codes` has a series for each code, with one value for each of `times_s`."""

    face: int
    speaker: str | None = None
    times_s: list[float] = []
    codes: dict[str, Series] = {}


class Event(Model):
    """Something worth a look, with what it rests on."""

    type: str
    start_s: float | None = None
    end_s: float | None = None
    speaker: str | None = None
    strength: float | None = None
    evidence: dict[str, Any] = {}


class HesitationSpan(Model):
    """A stretch of marked hesitation, and what it was made of."""

    start_s: float
    end_s: float
    speaker: str | None = None
    intensity: float | None = None
    causes: dict[str, float] = {}


class HesitationMap(Model):
    """Hesitation 0..1 for each second, and the stretches in which it is high."""

    per_second: Series = []
    spans: list[HesitationSpan] = []


class StressIndicators(Model):
    """Strain against the speaker's own baseline, 0..1; 0.5 is as at the baseline."""

    level: float | None = None
    per_second: Series = []
    indicators: dict[str, float | None] = {}
    peaks: list[dict[str, Any]] = []


class HesitationMarkers(Model):
    """Markers in the words: counts by kind, and each one's place."""

    words: int = 0
    filled_pauses: str | None = None
    kinds: dict[str, dict[str, Any]] = {}
    items: list[dict[str, Any]] = []


class Sentence(Model):
    """What one sentence's words say, 0..1."""

    text: str
    speaker: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    valence: float | None = None
    arousal: float | None = None
    dominance: float | None = None
    emotions: dict[str, float] = {}
    markers: list[str] = []


class Alert(Model):
    """A threshold that was crossed for some seconds."""

    type: str
    threshold: float
    value: float
    offset_s: float | None = None
    speaker: str | None = None


class Speaker(Model):
    """One speaker. Whoever is not `observed` has talk figures only."""

    name: str
    observed: bool = True
    talk_time_s: float | None = None
    talk_share: float | None = None
    turns: int | None = None
    trust_score: float | None = None
    trust_interval: tuple[float, float] | None = None
    abstained: Abstained | None = None
    credibility_signal: Series = []
    vad: Vad | None = None


class Face(Model):
    """One face of a picture."""

    face: int
    vad: Vad
    active_aus: list[int] = []
    action_units: list[ActionUnit] = []
    expression: str | None = None
    expressions: dict[str, float] = {}
    engagement_score: float | None = None


class Image(Model):
    """One picture with its faces."""

    index: int
    width: int | None = None
    height: int | None = None
    faces: list[Face] = []


class JobError(Model):
    """Why an analysis failed."""

    code: str
    message: str
    request_id: str | None = None


class Analysis(Model):
    """An analysis: how far it is, and once it is `completed` its whole report.

    `trust_score` (0..100) says how somebody comes across relative to their own baseline. Where there is too little to
    go on it is None, and `abstained` says why. It does not say whether anybody is right.
    """

    job_id: str
    kind: str
    status: str
    progress: float = 0.0
    stage: str = ""
    created_at: datetime | None = None
    completed_at: datetime | None = None
    analysis_id: str | None = None
    error: JobError | None = None
    watermark: str | None = None
    result: dict[str, Any] | None = None
    """The report as plain values; its fields are attributes here too."""

    summary: str | None = None
    duration_s: float | None = None
    trust_score: float | None = None
    trust_interval: tuple[float, float] | None = None
    abstained: Abstained | None = None
    credibility_signal: Series | None = None
    vad: Vad | None = None
    vad_series: dict[str, Series] = {}
    alerts: list[Alert] = []
    events: list[Event] = []
    speakers: list[Speaker] = []
    contributions: dict[str, Any] | None = None
    coverage: dict[str, Any] = {}
    warnings: list[str] = []

    active_aus: list[int] = []
    action_units: list[ActionUnit] = []
    au_activation_map: list[FaceActivation] = []
    resistance_indicator: float | None = None
    engagement_score: float | None = None
    engagement_signal: Series = []

    confidence_score: float | None = None
    hesitation_map: HesitationMap | None = None
    stress_indicators: StressIndicators | None = None
    prosody: dict[str, Any] | None = None
    emotions: dict[str, Any] = {}

    sentiment_depth: float | None = None
    hesitation_markers: HesitationMarkers | None = None
    sentences: list[Sentence] = []

    images: list[Image] = []
    face_count: int | None = None
    expression: str | None = None
    modalities: dict[str, Any] = {}

    @property
    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.status not in {"queued", "running"}
