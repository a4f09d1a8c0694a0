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


class StressPeak(Model):
    """One of the stretches of the strongest strain."""

    start_s: float
    end_s: float
    speaker: str | None = None
    intensity: float | None = None


class SlowAnswer(Model):
    """A silence before an answer that is long for its speaker; `usual_s` is the median of theirs."""

    start_s: float
    end_s: float
    speaker: str
    response_latency_s: float
    usual_s: float


class HesitationMap(Model):
    """Hesitation 0..1 for each second, the stretches in which it is high, and slow answers."""

    per_second: Series = []
    spans: list[HesitationSpan] = []
    slow_answers: list[SlowAnswer] = []


class Looks(Model):
    """A speaker's face while it was seen; blinks are counted from five pictures a second on."""

    seen_s: float
    gaze_away_share: float
    blinks_per_minute: float | None = None


class StressIndicators(Model):
    """Strain against the speaker's own baseline, 0..1; 0.5 is as at the baseline."""

    level: float | None = None
    per_second: Series = []
    indicators: dict[str, float | None] = {}
    peaks: list[StressPeak] = []


class MarkerRate(Model):
    """How often one kind of marker was said; `band` compares it with other speakers, None under 100 words."""

    group: str
    count: int
    per_100_words: float
    band: str | None = None


class MarkerPlace(Model):
    """One marker: `start` and `end` are its characters in `sentence`."""

    kind: str
    text: str
    at_s: float | None = None
    speaker: str | None = None
    sentence: str = ""
    start: int | None = None
    end: int | None = None
    source: str | None = None


class HesitationMarkers(Model):
    """Markers in the words: counts by kind, and each one's place."""

    words: int = 0
    filled_pauses: str | None = None
    kinds: dict[str, MarkerRate] = {}
    items: list[MarkerPlace] = []


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


class SpokenPitch(Model):
    """Hz; `range_st` in semitones. Low and high are the 5th and 95th percentile, told of one speaker at a time."""

    mean_hz: float | None = None
    median_hz: float | None = None
    low_hz: float | None = None
    high_hz: float | None = None
    range_st: float | None = None
    voiced_share: float | None = None


class SpokenEnergy(Model):
    """dBFS, and dB."""

    mean_db: float | None = None
    spread_db: float | None = None


class SpokenRhythm(Model):
    """Pace and pauses."""

    syllables_per_second: float | None = None
    pauses_per_minute: float | None = None
    mean_pause_s: float | None = None
    pause_share: float | None = None
    filled_pauses_per_minute: float | None = None


class SpokenQuality(Model):
    """Jitter and shimmer as shares, the harmonics-to-noise ratio in dB."""

    jitter: float | None = None
    shimmer: float | None = None
    hnr_db: float | None = None


class SpokenProsody(Model):
    """How it was said."""

    pitch: SpokenPitch
    energy: SpokenEnergy
    rhythm: SpokenRhythm
    voice_quality: SpokenQuality


class EmotionsHeard(Model):
    """By the voice (they sum to 1), and by the words (each for itself); None where there is none."""

    voice: dict[str, float] | None = None
    words: dict[str, float] | None = None


class VoiceSegment(Model):
    """Some seconds of one voice: seven emotions that sum to 1, and valence, arousal and dominance, 0..1."""

    start_s: float
    end_s: float
    speaker: str | None = None
    valence: float | None = None
    arousal: float | None = None
    dominance: float | None = None
    emotions: dict[str, float] = {}
    confidence: float | None = None


class SignalContribution(Model):
    """What one signal added to the score, or took from it, in points."""

    signal: str
    points: float
    observed_share: float | None = None


class MomentContribution(Model):
    """What one stretch of one speaker's speech added or took, in points, and by which signal most."""

    start_s: float
    end_s: float
    speaker: str
    points: float
    strongest_signal: str | None = None
    text: str = ""


class Contributions(Model):
    """Two views of the same distance: each adds up to the score minus 50."""

    signals: list[SignalContribution] = []
    moments: list[MomentContribution] = []


class Coverage(Model):
    """How much of the observed speech one modality could tell of, 0..1."""

    available: bool
    share: float
    note: str = ""


class ModelUsed(Model):
    """One of the models that took part."""

    id: str
    name: str
    version: str
    licence: str | None = None
    sha256: str | None = None


class Speaker(Model):
    """One speaker. Whoever is not `observed` has talk figures only."""

    name: str
    observed: bool = True
    talk_time_s: float | None = None
    talk_share: float | None = None
    turns: int | None = None
    interruptions: int | None = None
    longest_monologue_s: float | None = None
    questions: int | None = None
    words: int | None = None
    words_per_minute: float | None = None
    response_latency_s: float | None = None
    spoken: list[tuple[float, float]] = []
    """When they are heard: start and end, in seconds."""
    trust_score: float | None = None
    trust_interval: tuple[float, float] | None = None
    abstained: Abstained | None = None
    credibility_signal: Series = []
    vad: Vad | None = None
    vad_series: dict[str, Series] | None = None
    signals: dict[str, float | None] | None = None
    contributions: Contributions | None = None
    prosody: SpokenProsody | None = None
    stress_indicators: StressIndicators | None = None
    hesitation_map: HesitationMap | None = None
    hesitation_markers: HesitationMarkers | None = None
    emotions: EmotionsHeard | None = None
    confidence_score: float | None = None
    resistance_indicator: float | None = None
    sentiment_depth: float | None = None
    engagement_score: float | None = None
    active_aus: list[int] = []
    looks: Looks | None = None


class Box(Model):
    """Where a face is, in shares of the picture."""

    x: float
    y: float
    width: float
    height: float


class Face(Model):
    """One face of a picture."""

    face: int
    box: Box | None = None
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
    contributions: Contributions | None = None
    coverage: dict[str, Coverage] = {}
    warnings: list[str] = []
    models: list[ModelUsed] = []

    active_aus: list[int] = []
    action_units: list[ActionUnit] = []
    au_activation_map: list[FaceActivation] = []
    resistance_indicator: float | None = None
    engagement_score: float | None = None
    engagement_signal: Series = []

    confidence_score: float | None = None
    hesitation_map: HesitationMap | None = None
    stress_indicators: StressIndicators | None = None
    prosody: SpokenProsody | None = None
    emotions: EmotionsHeard | None = None
    voice_segments: list[VoiceSegment] = []

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
