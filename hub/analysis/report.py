"""The report of an analysis as the API promises it. Nothing is made of these classes: reports are stored, and told as
they are. A test holds real ones, and `analysis_core.Result`, to them.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from hub.analysis.report_parts import (
    Abstention,
    ActionUnit,
    AnalysisAlert,
    AnalysisEvent,
    AnalysisVad,
    Contributions,
    Coverage,
    EmotionsHeard,
    FaceActivation,
    HesitationMap,
    HesitationMarkers,
    Looks,
    ModelUsed,
    Score,
    Seconds,
    Sentence,
    Series,
    Share,
    SpokenProsody,
    StressIndicators,
    VadSeries,
    VoiceSegment,
)

Role = Literal["video", "audio", "text", "image"]
TrustScore = Annotated[
    Score | None,
    Field(
        description="How somebody comes across relative to their own baseline; null with `abstained`. "
        "It does not say whether anybody is right.",
        examples=[62.4],
    ),
]
TrustInterval = Annotated[
    tuple[Score, Score] | None,
    Field(description="Where the score is, with 90 % probability.", examples=[[55.1, 69.0]]),
]
Engagement = Annotated[Score | None, Field(description="50 is as at the baseline.")]
Confidence = Annotated[Score | None, Field(description="How assured the speech sounds; 50 is as at the baseline.")]
Resistance = Annotated[Share | None, Field(description="Objections, deferrals and displeasure against what is usual.")]
Depth = Annotated[Share | None, Field(description="How far the words are from neutral, whichever way.")]
ActiveUnits = Annotated[list[int], Field(description="Action Units of an intensity of 0.3 or more.", examples=[[1, 4]])]


class SpeakerReport(BaseModel):
    """One speaker. Whoever is not `observed` has talk figures only; everything else of theirs is null or empty."""

    name: str
    observed: bool
    talk_time_s: float
    talk_share: Share
    turns: int
    interruptions: int
    longest_monologue_s: float
    questions: int | None
    words: int | None
    words_per_minute: float | None
    response_latency_s: float | None
    trust_score: TrustScore = None
    abstained: Abstention | None = None
    trust_interval: TrustInterval = None
    credibility_signal: Series = []
    vad: AnalysisVad | None = None
    vad_series: VadSeries | None = None
    signals: dict[str, float | None] | None = Field(default=None, description="In spreads from what is usual.")
    contributions: Contributions | None = None
    prosody: SpokenProsody | None = None
    stress_indicators: StressIndicators | None = None
    hesitation_map: HesitationMap | None = None
    hesitation_markers: HesitationMarkers | None = None
    emotions: EmotionsHeard | None = None
    confidence_score: Confidence = None
    resistance_indicator: Resistance = None
    sentiment_depth: Depth = None
    engagement_score: Engagement = None
    active_aus: ActiveUnits = []
    looks: Looks | None = None
    spoken: list[tuple[Seconds, Seconds]] = Field(default=[], description="When they are heard: start and end.")


class PictureBox(BaseModel):
    """Where the face is, in shares of the picture."""

    x: float
    y: float
    width: float
    height: float


class PictureFace(BaseModel):
    """One face of a picture."""

    face: int
    box: PictureBox
    vad: AnalysisVad
    active_aus: ActiveUnits
    action_units: list[ActionUnit]
    expression: str = Field(description="The nearest of `expressions`.", examples=["happiness"])
    expressions: dict[str, Share]
    engagement_score: Score


class Picture(BaseModel):
    """One picture, and its faces, the most prominent first."""

    index: int
    width: int = Field(description="Pixels.")
    height: int
    faces: list[PictureFace]


class AnalysisReport(BaseModel):
    """How the observed people come across, relative to their own baselines. Which fields there are depends on what
    was analysed: pictures have `images` and what is told of faces.
    """

    duration_s: float | None = None
    trust_score: TrustScore = None
    abstained: Abstention | None = None
    trust_interval: TrustInterval = None
    credibility_signal: Series | None = None
    vad: AnalysisVad | None = None
    vad_series: VadSeries | None = None
    active_aus: ActiveUnits = []
    action_units: list[ActionUnit] = []
    au_activation_map: list[FaceActivation] = []
    events: list[AnalysisEvent] = []
    resistance_indicator: Resistance = None
    confidence_score: Confidence = None
    hesitation_map: HesitationMap | None = None
    stress_indicators: StressIndicators | None = None
    prosody: SpokenProsody | None = None
    sentiment_depth: Depth = None
    engagement_signal: Series = []
    engagement_score: Engagement = None
    hesitation_markers: HesitationMarkers | None = None
    emotions: EmotionsHeard | None = None
    sentences: list[Sentence] = []
    alerts: list[AnalysisAlert] = []
    speakers: list[SpeakerReport] = []
    coverage: dict[str, Coverage] = Field(default={}, description="By modality: speech, face, text, text_affect.")
    contributions: Contributions | None = None
    summary: str = ""
    warnings: list[str] = []
    models: list[ModelUsed] = []
    voice_segments: list[VoiceSegment] = []
    images: list[Picture] = Field(default=[], description="Of pictures only.")
    face_count: int | None = Field(default=None, description="Of pictures only.")
    expression: str | None = Field(default=None, description="Of pictures only: that of the clearest face.")
    modalities: "dict[Role, AnalysisReport | str]" = Field(
        default={}, description="Of several inputs only: the report on each, or words where one is the report itself."
    )
    watermark: str | None = Field(default=None, description="`sandbox` on results of sandbox keys.")
