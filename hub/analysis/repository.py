"""Queries over stored results of one organisation."""

from collections.abc import Sequence
from typing import Any, ClassVar

from sqlmodel import col

from hub.analysis.models import Analysis, AnalysisState
from hub.kit.repository import TenantRepository


class Analyses(TenantRepository[Analysis]):
    """Results of recordings."""

    model: ClassVar[type[Any]] = Analysis

    def of_meeting(self, meeting_id: str) -> Sequence[Analysis]:
        """Every revision, the newest first."""
        return self.all(self.select().where(Analysis.meeting_id == meeting_id).order_by(col(Analysis.revision).desc()))

    def of_inputs(self, meeting_id: str, inputs: str) -> Analysis | None:
        """The result for exactly these files, unless it failed."""
        rows = self.of_meeting(meeting_id)
        return next((row for row in rows if row.inputs == inputs and row.state is not AnalysisState.FAILED), None)

    def newest_completed(self, meeting_id: str) -> Analysis | None:
        """The result that counts now."""
        statement = self.select().where(Analysis.meeting_id == meeting_id, Analysis.state == AnalysisState.COMPLETED)
        return self.session.exec(statement.order_by(col(Analysis.revision).desc()).limit(1)).first()
