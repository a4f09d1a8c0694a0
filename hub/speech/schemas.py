"""Bodies and answers of the compatible speech endpoints."""

import json
from datetime import datetime
from typing import Annotated, Any, Final, Literal, get_args

import httpx
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from hub.api_schemas import Input

_LONGEST_TOLD: Final = 100


def _known(value: Any) -> Any:
    if isinstance(value, str) and len(value) <= _LONGEST_TOLD and value not in get_args(_Verticals):
        raise PydanticCustomError("vertical", "Unknown vertical: '{given}'", {"given": value})
    return value


def _address(value: str) -> str:
    """As far as its form goes; where it leads is checked when it is called."""
    try:
        url = httpx.URL(value)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if url.scheme not in {"http", "https"} or not url.host:
        raise PydanticCustomError("audio_url", "Invalid URL format")
    return value


_Verticals = Literal["contact_center", "healthcare", "sales", "education", "finance"]
Vertical = Annotated[_Verticals, BeforeValidator(_known)]
Feature = Literal["emotion", "prosody", "vad", "vertical", "prediction"]
MOST_ITEMS: Final = 20
MOST_AUDIO_BYTES: Final = 25 * 1024 * 1024

Signed = Annotated[float, Field(ge=-1, le=1)]
Share = Annotated[float, Field(ge=0, le=1)]


class Chosen(Input):
    """What to tell about a clip."""

    vertical: Vertical | None = None
    features: list[Feature] | None = Field(default=None, max_length=10)

    @field_validator("features", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        """Forms have no lists: a field holds `emotion,vad` or `["emotion", "vad"]`."""
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("["):
            return _from_json(value)
        return [part.strip() for part in value.split(",") if part.strip()]


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PydanticCustomError("features", "Invalid JSON") from error


class Clip(Input):
    """A clip at an address, or in the body."""

    audio_url: Annotated[str, AfterValidator(_address)] | None = Field(default=None, min_length=1, max_length=2048)
    audio_base64: str | None = Field(default=None, min_length=1)


class AnalyzeRequest(Chosen, Clip):
    """One clip."""

    transcript: str | None = Field(default=None, max_length=100_000)
    speaker_id: str | None = Field(default=None, max_length=200)
    session_id: str | None = Field(default=None, min_length=1, max_length=200)
    metadata: dict[str, Any] | None = Field(default=None, max_length=50)


class BatchItem(Clip):
    """One clip of several."""

    id: str = Field(min_length=1, max_length=200)
    transcript: str | None = Field(default=None, max_length=100_000)


class BatchRequest(Chosen):
    """Several clips."""

    items: list[BatchItem] = Field(min_length=1, max_length=MOST_ITEMS)


class Pitch(BaseModel):
    """Hz."""

    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    range: float | None


class Energy(BaseModel):
    """0..1 of the loudness between silence (-60 dBFS) and full scale."""

    mean: float | None
    std: float | None


class Rhythm(BaseModel):
    """Syllables a second, pauses a second, and seconds: 0 without a pause."""

    speech_rate: float | None
    pause_rate: float | None
    average_pause_duration: float


class VoiceQuality(BaseModel):
    """Shares, and dB."""

    jitter: float | None
    shimmer: float | None
    hnr: float | None


class Prosody(BaseModel):
    """How it was said."""

    pitch: Pitch
    energy: Energy
    rhythm: Rhythm
    voice_quality: VoiceQuality


class Prediction(BaseModel):
    """Where the conversation is heading, by the straight line through its clips so far."""

    valence: Signed
    arousal: Signed
    trajectory: Literal["improving", "stable", "declining"]
    based_on: int = Field(description="How many clips of the session.")


class AnalyzeAnswer(BaseModel):
    """What a clip sounds like. Valence, arousal and dominance are -1..1 here. Absent: features not asked for."""

    model_config = ConfigDict(extra="forbid")

    emotion: str | None = None
    confidence: Share | None = None
    emotion_probabilities: dict[str, Share] | None = None
    valence: Signed | None = None
    arousal: Signed | None = None
    dominance: Signed | None = None
    prosody: Prosody | None = None
    state: str | None = None
    metrics: dict[str, Any] | None = None
    prediction: Prediction | None = None
    speaker_id: str | None = None
    session_id: str | None = None
    metadata: dict[str, Any] | None = None
    duration: float
    processed_at: datetime
    request_id: str
    watermark: str | None = None


class BatchAnswer(BaseModel):
    """One result for each item, in order: what a single clip gives with its `id`, or `error`."""

    results: list[dict[str, Any]]
    request_id: str


class DiscreteAnswer(BaseModel):
    """The emotion of a short clip."""

    main_emotion: str
    confidence: Share
    all_predictions: dict[str, Share]
    watermark: str | None = None


class EmotionMoment(BaseModel):
    """One interval; `t` is when it begins, `MM:SS`."""

    t: str = Field(examples=["00:05"])
    emotion: str
    confidence: Share


class EmotionJob(BaseModel):
    """A recording under way, or its emotions."""

    request_id: str
    status: Literal["queued", "running", "completed", "failed", "cancelled"]
    progress: float = 0.0
    emotions: list[EmotionMoment] | None = None
    error: dict[str, Any] | None = None
    watermark: str | None = None
