"""The parts of a report as the API promises them: what they mean, their units, what may be null."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

Share = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=0, le=100)]
Change = Annotated[float, Field(ge=-1, le=1)]
Series = Annotated[list[Share | None], Field(description="One value 0..1 for each started second; null where nothing.")]
Seconds = Annotated[float, Field(description="Seconds from the beginning.")]
Emotions = Annotated[dict[str, Share], Field(examples=[{"joy": 0.04, "neutral": 0.93, "sadness": 0.03}])]


class Abstention(BaseModel):
    """Why there is no Trust Score: a stable `reason`, and an `explanation` in words."""

    reason: str = Field(examples=["words_only"])
    explanation: str


class AnalysisDelta(BaseModel):
    """The change from the speaker's baseline window to the rest; null when nothing followed it."""

    valence: Change | None = None
    arousal: Change | None = None
    dominance: Change | None = None


class AnalysisVad(BaseModel):
    """Valence, arousal and dominance; null where nothing told. Dominance is the least certain of the three."""

    valence: Share | None
    arousal: Share | None
    dominance: Share | None
    delta_from_baseline: AnalysisDelta | None = None
    confidence: Share = Field(description="How much of what could have told was there.")


class VadSeries(BaseModel):
    """The same three for each second."""

    valence: Series
    arousal: Series
    dominance: Series


class ActionUnit(BaseModel):
    """One row of the Action Unit schema. Intensities are null where it is not supported, or no face was seen."""

    code: int = Field(examples=[12])
    name: str = Field(examples=["Lip corner puller"])
    source: str = Field(description="What it is measured by.", examples=["blendshape"])
    supported: bool
    intensity: Share | None
    peak: Share | None = Field(default=None, description="The strongest moment; of recordings only.")
    active: bool
    confidence: Share


class FaceActivation(BaseModel):
    """One face's Action Units over time: `codes` has a series for each code, with one value for each of `times_s`."""

    face: int
    speaker: str | None = Field(description="Whose face it is, where that could be told.")
    times_s: list[Seconds]
    codes: dict[str, list[Share | None]]


class AnalysisEvent(BaseModel):
    """Something worth a look, with what it rests on; times are null in text without them."""

    type: str = Field(examples=["words.hesitation"])
    start_s: Seconds | None
    end_s: Seconds | None
    speaker: str | None
    strength: float
    evidence: dict[str, Any] = Field(description="What it was made of; the fields differ by `type`.")


class AnalysisAlert(BaseModel):
    """A threshold that was crossed for some seconds: `value` is the extreme, `offset_s` where it began."""

    type: str = Field(examples=["arousal_high"])
    threshold: float
    value: float
    offset_s: Seconds
    speaker: str | None


class HesitationSpan(BaseModel):
    """A stretch of marked hesitation."""

    start_s: Seconds
    end_s: Seconds
    speaker: str
    intensity: Share
    causes: dict[str, float] = Field(description="Counts by kind, and `long_pause_s` in seconds.")


class SlowAnswer(BaseModel):
    """A silence before an answer that is long for its speaker; `usual_s` is the median of theirs."""

    start_s: float
    end_s: float
    speaker: str
    response_latency_s: float
    usual_s: float


class HesitationMap(BaseModel):
    """Hesitation for each second (0.5 is usual), the stretches in which it is high, and slow answers."""

    per_second: Series
    spans: list[HesitationSpan]
    slow_answers: list[SlowAnswer] = []


class Looks(BaseModel):
    """A speaker's face while it was seen."""

    seen_s: float
    gaze_away_share: Share = Field(description="Eyes or head turned from where they usually are.")
    blinks_per_minute: float | None = Field(description="Null where fewer than five pictures a second were looked at.")


class StressPeak(BaseModel):
    """One of the strongest stretches."""

    start_s: Seconds
    end_s: Seconds
    speaker: str
    intensity: Share


class StressIndicators(BaseModel):
    """Strain against the speaker's own baseline; 0.5 is as at the baseline."""

    level: Share | None
    per_second: Series
    indicators: dict[str, float | None] = Field(description="The measures behind it, in spreads from the baseline.")
    peaks: list[StressPeak]


class MarkerRate(BaseModel):
    """How often one kind of marker was said; `band` compares it with other speakers, null under 100 words."""

    group: str = Field(examples=["hesitation"])
    count: int
    per_100_words: float
    band: str | None = Field(examples=["usual"])


class MarkerPlace(BaseModel):
    """One marker: `start` and `end` are its characters in `sentence`."""

    kind: str = Field(examples=["filled_pause"])
    text: str
    at_s: Seconds | None
    speaker: str
    sentence: str
    start: int
    end: int
    source: str


class HesitationMarkers(BaseModel):
    """Markers in the words: how often, and where."""

    words: int
    filled_pauses: str = Field(description="Where they could be taken from.", examples=["words and sound"])
    kinds: dict[str, MarkerRate]
    items: list[MarkerPlace]


class SpokenPitch(BaseModel):
    """Hz; `range_st` in semitones. Quantiles are told of one speaker at a time."""

    mean_hz: float | None
    median_hz: float | None
    low_hz: float | None = Field(description="The 5th percentile.")
    high_hz: float | None = Field(description="The 95th percentile.")
    range_st: float | None
    voiced_share: float | None


class SpokenEnergy(BaseModel):
    """dBFS, and dB."""

    mean_db: float | None
    spread_db: float | None


class SpokenRhythm(BaseModel):
    """Pace and pauses."""

    syllables_per_second: float | None
    pauses_per_minute: float | None
    mean_pause_s: float | None
    pause_share: float | None
    filled_pauses_per_minute: float | None


class SpokenQuality(BaseModel):
    """Jitter and shimmer as shares, the harmonics-to-noise ratio in dB."""

    jitter: float | None
    shimmer: float | None
    hnr_db: float | None


class SpokenProsody(BaseModel):
    """How it was said."""

    pitch: SpokenPitch
    energy: SpokenEnergy
    rhythm: SpokenRhythm
    voice_quality: SpokenQuality


class EmotionsHeard(BaseModel):
    """By the voice (they sum to 1), and by the words (each for itself); null where there is none."""

    voice: Emotions | None
    words: Emotions | None


class Sentence(BaseModel):
    """What one sentence's words say."""

    text: str
    speaker: str
    start_s: Seconds | None
    end_s: Seconds | None
    valence: Share | None
    arousal: Share | None
    dominance: Share | None
    emotions: Emotions
    markers: list[str] = Field(description="Kinds of marker in it.")


class VoiceSegment(BaseModel):
    """Two to eight seconds of one voice: seven emotions that sum to 1, and valence, arousal and dominance."""

    start_s: Seconds
    end_s: Seconds
    speaker: str
    valence: Share
    arousal: Share
    dominance: Share
    emotions: Emotions
    confidence: Share


class SignalContribution(BaseModel):
    """What one signal added to the score, or took from it."""

    signal: str = Field(examples=["fluency"])
    points: float
    observed_share: Share


class MomentContribution(BaseModel):
    """What one stretch of one speaker's speech added or took, and by which signal most."""

    start_s: Seconds
    end_s: Seconds
    speaker: str
    points: float
    strongest_signal: str
    text: str


class Contributions(BaseModel):
    """Two views of the same distance: each adds up to the score minus 50."""

    signals: list[SignalContribution]
    moments: list[MomentContribution]


class Coverage(BaseModel):
    """How much of the observed speech one modality could tell of."""

    available: bool
    share: Share
    note: str


class ModelUsed(BaseModel):
    """One of the models that took part."""

    id: str
    name: str
    version: str
    licence: str
    sha256: str
