"""Stored results."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field, UniqueConstraint

from hub.kit.database import json_field, moment
from hub.kit.ids import new_id
from hub.kit.repository import TenantModel


class AnalysisState(StrEnum):
    """`analysed` results exist but are not announced yet; `completed` ones are."""

    ANALYSED = "analysed"
    COMPLETED = "completed"
    FAILED = "failed"


class Analysis(TenantModel, table=True):
    """One run of the core over one meeting. `result` is `analysis_core.Result.to_dict()`, whole."""

    __table_args__ = (UniqueConstraint("meeting_id", "revision"),)

    id: str = Field(default_factory=lambda: new_id("ana"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    meeting_id: str | None = Field(default=None, foreign_key="meeting.id", index=True)
    revision: int = 1
    kind: str = "meeting"
    state: AnalysisState = AnalysisState.ANALYSED
    inputs: str = ""
    """Fingerprint of the files that were analysed: the same ones are not analysed twice."""
    trust_score: float | None = Field(default=None, index=True)
    abstained_reason: str | None = None
    alert_count: int = 0
    duration_s: float = 0.0
    result: dict[str, object] = json_field(default_factory=dict)
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime = moment(index=True)
    completed_at: datetime | None = moment(default=None, nullable=True)


class JobState(StrEnum):
    """Where an input stands that was sent to the API."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AnalysisJob(TenantModel, table=True):
    """One input of the API on its way. Files lie in the job's upload directory while it is not finished.

    `files` maps a role (`video`, `audio`, `text`, `image`) to file names there; `urls` is sealed JSON of the same form,
    because addresses hold tokens. `storage` names the disk that the files are on.
    """

    id: str = Field(default_factory=lambda: new_id("job"), primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    key_id: str = Field(foreign_key="apikey.id")
    kind: str
    state: JobState = Field(default=JobState.QUEUED, index=True)
    stage: str = "queued"
    progress: float = 0.0
    files: dict[str, list[str]] = json_field(default_factory=dict)
    urls: str | None = None
    storage: str | None = None
    options: dict[str, object] = json_field(default_factory=dict)
    watermark: str | None = None
    analysis_id: str | None = Field(default=None, foreign_key="analysis.id", index=True)
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime = moment(index=True)
    finished_at: datetime | None = moment(default=None, nullable=True)
