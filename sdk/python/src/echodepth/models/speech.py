"""What the speech endpoints give."""

from datetime import datetime
from typing import Any

from echodepth.models.base import Model


class Pitch(Model):
    """Hz."""

    mean: float | None = None
    std: float | None = None
    min: float | None = None
    max: float | None = None
    range: float | None = None


class Energy(Model):
    """0..1 of the loudness between silence and full scale."""

    mean: float | None = None
    std: float | None = None


class Rhythm(Model):
    """Syllables a second, pauses a second, and seconds."""

    speech_rate: float | None = None
    pause_rate: float | None = None
    average_pause_duration: float | None = None


class VoiceQuality(Model):
    """Shares, and dB."""

    jitter: float | None = None
    shimmer: float | None = None
    hnr: float | None = None


class Prosody(Model):
    """How it was said."""

    pitch: Pitch
    energy: Energy
    rhythm: Rhythm
    voice_quality: VoiceQuality


class Prediction(Model):
    """Where the conversation is heading, by the straight line through its clips so far."""

    valence: float
    arousal: float
    trajectory: str
    based_on: int


class SpeechResult(Model):
    """What a clip sounds like; valence, arousal and dominance are -1..1 here. None: features not asked for."""

    emotion: str | None = None
    confidence: float | None = None
    emotion_probabilities: dict[str, float] | None = None
    valence: float | None = None
    arousal: float | None = None
    dominance: float | None = None
    prosody: Prosody | None = None
    state: str | None = None
    metrics: dict[str, Any] | None = None
    prediction: Prediction | None = None
    speaker_id: str | None = None
    session_id: str | None = None
    metadata: dict[str, Any] | None = None
    duration: float | None = None
    processed_at: datetime | None = None
    request_id: str | None = None
    watermark: str | None = None


class ItemError(Model):
    """Why one clip of several could not be analysed."""

    code: str
    message: str
    details: dict[str, Any] | None = None


class SpeechItem(SpeechResult):
    """One clip of several, by its `id`; `error` where it could not be analysed."""

    id: str
    error: ItemError | None = None


class SpeechBatch(Model):
    """One result for each clip, in order."""

    results: list[SpeechItem]
    request_id: str


class EmotionResult(Model):
    """The emotion of a short clip."""

    main_emotion: str
    confidence: float
    all_predictions: dict[str, float]
    watermark: str | None = None


class EmotionMoment(Model):
    """The emotion of one interval, which begins at `t` (MM:SS)."""

    t: str
    emotion: str
    confidence: float


class EmotionRecording(Model):
    """A recording's emotions, or how far they are."""

    request_id: str
    status: str
    progress: float = 0.0
    emotions: list[EmotionMoment] | None = None
    error: ItemError | None = None
    watermark: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether it has ended, well or not."""
        return self.status not in {"queued", "running"}
