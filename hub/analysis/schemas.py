"""Bodies and answers of the analyse endpoints."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, field_validator

from hub.analysis.models import AnalysisJob, JobState
from hub.analysis.report import AnalysisReport
from hub.analysis.standings import Standing
from hub.api_schemas import ErrorDetails, Input

Url = Annotated[str, Field(min_length=1, max_length=2048, examples=["https://storage.example.com/call.mp4"])]
Threshold = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
ThresholdName = Literal["arousal_high", "valence_low", "dominance_low", "credibility_low"]
_WORDS: Final = "What is said in it, as WebVTT, SRT or plain text with names; recognised from the sound when absent."


class AnalyseOptions(Input):
    """How to analyse."""

    baseline_window_s: float | None = Field(
        default=None, ge=5, le=3600, allow_inf_nan=False, description="Seconds that a speaker is compared with; 60."
    )
    alert_thresholds: dict[ThresholdName, Threshold] | None = Field(
        default=None, description="Figures 0..1 whose crossing is an alert.", examples=[{"arousal_high": 0.8}]
    )


class AnalyseRequest(AnalyseOptions):
    """A body of JSON."""

    def addresses(self) -> dict[str, list[str]]:
        """Addresses by role."""
        return {}

    def words(self) -> str | None:
        """Text that came in the body."""
        return None

    def options(self) -> AnalyseOptions:
        """How to analyse."""
        names = AnalyseOptions.model_fields
        return AnalyseOptions(**{name: getattr(self, name) for name in names})

    def more(self) -> dict[str, Any]:
        """What else the job has to remember."""
        return {}


class VideoRequest(AnalyseRequest):
    """A recording at an address."""

    url: Url | None = None
    transcript: str | None = Field(default=None, min_length=1, description=_WORDS)

    def addresses(self) -> dict[str, list[str]]:
        """The recording's."""
        return {"video": [self.url]} if self.url else {}

    def words(self) -> str | None:
        """The transcript."""
        return self.transcript


class AudioRequest(VideoRequest):
    """A recording of sound at an address."""

    def addresses(self) -> dict[str, list[str]]:
        """The recording's."""
        return {"audio": [self.url]} if self.url else {}


class TextRequest(AnalyseRequest):
    """Text, or a document at an address (txt, md, vtt, srt, pdf, docx)."""

    text: str | None = Field(default=None, min_length=1, examples=["I think we could, um, maybe start in March."])
    url: Url | None = None

    def addresses(self) -> dict[str, list[str]]:
        """The document's."""
        return {"text": [self.url]} if self.url else {}

    def words(self) -> str | None:
        """The text."""
        return self.text


class ImageRequest(AnalyseRequest):
    """One picture or several, at addresses."""

    url: Url | None = None
    urls: list[Url] = Field(default_factory=list, max_length=100)

    def addresses(self) -> dict[str, list[str]]:
        """The pictures'."""
        found = [*([self.url] if self.url else []), *self.urls]
        return {"image": found} if found else {}


class MultimodalRequest(AnalyseRequest):
    """Any mix. A document that comes with a recording is its transcript."""

    video_url: Url | None = None
    audio_url: Url | None = None
    text_url: Url | None = None
    image_url: Url | None = None
    image_urls: list[Url] = Field(default_factory=list, max_length=100)
    text: str | None = Field(default=None, min_length=1)

    def addresses(self) -> dict[str, list[str]]:
        """By role."""
        single = {"video": self.video_url, "audio": self.audio_url, "text": self.text_url}
        found = {role: [url] for role, url in single.items() if url}
        pictures = [*([self.image_url] if self.image_url else []), *self.image_urls]
        return {**found, "image": pictures} if pictures else found

    def words(self) -> str | None:
        """The text."""
        return self.text


class EmotionRequest(AnalyseRequest):
    """A recording of sound at an address, for its emotions alone."""

    url: Url | None = None
    model: Literal[4, 5, 7] = Field(default=4, description="How many emotions to tell apart.")
    interval: float = Field(default=5, ge=1, le=600, allow_inf_nan=False, description="Seconds of one label.")

    @field_validator("model", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return int(value) if isinstance(value, str) and value in {"4", "5", "7"} else value

    def addresses(self) -> dict[str, list[str]]:
        """The recording's."""
        return {"audio": [self.url]} if self.url else {}

    def more(self) -> dict[str, Any]:
        """The vocabulary and the interval."""
        return {"model": self.model, "interval": self.interval, "transcribe": False}


REQUESTS: Final[Mapping[str, type[AnalyseRequest]]] = {
    "video": VideoRequest,
    "audio": AudioRequest,
    "text": TextRequest,
    "image": ImageRequest,
    "multimodal": MultimodalRequest,
    "emotion": EmotionRequest,
}


class JobAnswer(AnalysisReport):
    """An analysis. Once `completed`, `result` is the whole report, and its fields stand at the top level too."""

    job_id: str = Field(examples=["job_01k9f3m2t8xq4w7d5b6n0v1c2a"])
    kind: Literal["video", "audio", "text", "image", "multimodal", "emotion"]
    status: Literal["queued", "running", "completed", "failed", "cancelled"]
    progress: float = Field(ge=0, le=1)
    stage: str = Field(description="What is being done, in one word.", examples=["speech"])
    created_at: datetime
    completed_at: datetime | None = None
    analysis_id: str | None = None
    error: ErrorDetails | None = Field(default=None, description="Why the analysis failed.")
    result: AnalysisReport | None = None


def answer_of(job: AnalysisJob | Standing, result: Mapping[str, Any] | None, request_id: str) -> dict[str, Any]:
    """A job as the API tells it, as plain JSON."""
    told: dict[str, Any] = {
        **(result or {}),
        "job_id": job.id,
        "kind": job.kind,
        "status": job.state.value,
        "progress": round(job.progress, 4),
        "stage": job.stage,
        "created_at": job.created_at.isoformat(),
        "completed_at": job.finished_at.isoformat() if job.finished_at else None,
    }
    if result is not None:
        told |= {"analysis_id": job.analysis_id, "result": dict(result)}
    if job.state is JobState.FAILED:
        told["error"] = {"code": job.error_code, "message": job.error_message, "request_id": request_id}
    if job.watermark:
        told["watermark"] = job.watermark
    return told
