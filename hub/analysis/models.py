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
