"""What inputs of the API leave behind, removed: uploads, waiting jobs whose files are gone, results past retention."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlmodel import col, select

from hub.accounts.models import Organisation
from hub.analysis.jobs import fail_job, is_needed
from hub.analysis.models import Analysis, AnalysisJob, JobState
from hub.analysis.uploads import sweep_uploads
from hub.deliveries.models import Attempt, Delivery, Message
from hub.runtime import Runtime

_LOST_AFTER: Final = timedelta(hours=24)
_BATCH: Final = 50
_WITHOUT_RESULT: Final = (JobState.FAILED, JobState.CANCELLED)


def sweep_inputs(runtime: Runtime) -> int:
    """Remove uploads that no unfinished job needs; gives how many."""
    return sweep_uploads(runtime.settings.media_dir, lambda job_id: is_needed(runtime, job_id))


def fail_lost_jobs(runtime: Runtime) -> int:
    """End jobs that wait for a disk that never came back; gives how many."""
    before = runtime.clock() - _LOST_AFTER
    waiting = (col(AnalysisJob.state) == JobState.QUEUED) & col(AnalysisJob.storage).is_not(None)
    with runtime.database.transaction() as session:
        ids = session.exec(select(AnalysisJob.id).where(waiting, col(AnalysisJob.created_at) < before)).all()
    for job_id in ids:
        fail_job(runtime, job_id, "upload_lost", "The upload was lost before it was analysed.")
    return len(ids)


def forget_expired_analyses(runtime: Runtime) -> int:
    """Delete results of the API past their organisation's retention, and inputs that never had one; gives how many."""
    total = 0
    with runtime.database.transaction() as session:
        kept = [(row.id, row.retention_days) for row in session.exec(select(Organisation)).all()]
    for organisation_id, days in kept:
        before = runtime.clock() - timedelta(days=days or runtime.settings.retention_days)
        while ids := _expired(runtime, organisation_id, before):
            total += _delete(runtime, ids)
        total += _delete_jobs_without_result(runtime, organisation_id, before)
    return total


def _delete_jobs_without_result(runtime: Runtime, organisation_id: str, before: datetime) -> int:
    """Inputs that failed or were cancelled; those under way are left alone, however old."""
    over = (col(AnalysisJob.state).in_(_WITHOUT_RESULT), col(AnalysisJob.analysis_id).is_(None))
    own = (col(AnalysisJob.organisation_id) == organisation_id, col(AnalysisJob.created_at) < before)
    with runtime.database.transaction() as session:
        return session.connection().execute(sa.delete(AnalysisJob).where(*own, *over)).rowcount


def _expired(runtime: Runtime, organisation_id: str, before: Any) -> Sequence[str]:
    own = (Analysis.organisation_id == organisation_id, col(Analysis.meeting_id).is_(None))
    with runtime.database.transaction() as session:
        return session.exec(select(Analysis.id).where(*own, col(Analysis.created_at) < before).limit(_BATCH)).all()


def _delete(runtime: Runtime, ids: Sequence[str]) -> int:
    deliveries = select(Delivery.id).where(col(Delivery.analysis_id).in_(ids))
    conditions: list[tuple[type[Any], Any]] = [
        (Attempt, col(Attempt.delivery_id).in_(deliveries)),
        (Delivery, col(Delivery.analysis_id).in_(ids)),
        (Message, col(Message.analysis_id).in_(ids)),
        (AnalysisJob, col(AnalysisJob.analysis_id).in_(ids)),
        (Analysis, col(Analysis.id).in_(ids)),
    ]
    with runtime.database.transaction() as session:
        for model, condition in conditions:
            session.connection().execute(sa.delete(model).where(condition))
    return len(ids)
