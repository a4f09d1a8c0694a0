"""Inputs of the API: stored together with their work, followed, cancelled, finished once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import sqlalchemy as sa
from sqlmodel import Session, col

from hub.accounts import usage
from hub.accounts.api_access import Caller
from hub.analysis.models import Analysis, AnalysisJob, AnalysisState, JobState
from hub.analysis.uploads import remove_upload, storage_id
from hub.deliveries.messages import Event, announce
from hub.deliveries.repository import Messages
from hub.engine import queues
from hub.engine.enqueue import Work, enqueue
from hub.errors import NotFound
from hub.kit.repository import TenantRepository
from hub.runtime import Runtime

ANALYSE_INPUT: Final = "analyse_input"
_UNDER_WAY: Final = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class NewJob:
    """What was sent: files in the job's upload directory and addresses, each by role. `quick` skips long queues."""

    id: str
    kind: str
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    urls: Mapping[str, Sequence[str]] = field(default_factory=dict, repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    quick: bool = False


class Jobs(TenantRepository[AnalysisJob]):
    """Inputs of one organisation."""

    model: ClassVar[type[Any]] = AnalysisJob

    def existing(self, job_id: str) -> AnalysisJob:
        """The job. Raises `NotFound`."""
        found = self.get(job_id)
        if found is None:
            raise NotFound("There is no such job.")
        return found


def start_job(runtime: Runtime, caller: Caller, new: NewJob) -> AnalysisJob:
    """Store the job and its work in one transaction."""
    storage = storage_id(runtime.settings.media_dir) if new.files else None
    row = AnalysisJob(
        id=new.id,
        organisation_id=caller.organisation_id,
        key_id=caller.key_id,
        kind=new.kind,
        files={role: list(names) for role, names in new.files.items()},
        urls=_sealed(runtime, new),
        storage=storage,
        options=dict(new.options),
        watermark=caller.plan.watermark,
        created_at=runtime.clock(),
    )
    with runtime.database.transaction() as session:
        Jobs(session, caller.organisation_id).add(row)
        enqueue(session, Work(ANALYSE_INPUT, queues.analyses(storage, quick=new.quick), f"job:{row.id}", (row.id,)))
    return row


def find_job(runtime: Runtime, organisation_id: str, job_id: str) -> tuple[AnalysisJob, Mapping[str, Any] | None]:
    """A job and, once it is completed, its result. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        row = Jobs(session, organisation_id).existing(job_id)
        if row.analysis_id is None:
            return row, None
        analysis = session.get(Analysis, row.analysis_id)
        return row, analysis.result if analysis else None


def urls_of(runtime: Runtime, job: AnalysisJob) -> Mapping[str, Sequence[str]]:
    """The addresses of a job, by role."""
    if job.urls is None:
        return {}
    found: Mapping[str, Sequence[str]] = json.loads(runtime.vault.open(job.urls, urls_context(job.id)))
    return found


def urls_context(job_id: str) -> str:
    """What a job's sealed addresses are bound to."""
    return f"analysis-job:{job_id}:urls"


def begin_job(runtime: Runtime, job_id: str) -> AnalysisJob | None:
    """The job, running now; None when there is nothing left to do."""
    with runtime.database.transaction() as session:
        return _still_running(session, job_id)


def note_progress(runtime: Runtime, job_id: str, stage: str, done: float) -> bool:
    """Whether the job still runs; false once it was cancelled."""
    wanted = (col(AnalysisJob.id) == job_id) & (col(AnalysisJob.state) == JobState.RUNNING)
    values = {"stage": stage, "progress": min(1.0, max(0.0, done))}
    with runtime.database.transaction() as session:
        return session.connection().execute(sa.update(AnalysisJob).where(wanted).values(**values)).rowcount == 1


def complete_job(runtime: Runtime, job_id: str, result: Mapping[str, Any]) -> None:
    """Store and announce the result, all at once or not at all; a job that was cancelled meanwhile stays so."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        job = _still_running(session, job_id)
        if job is None:
            return
        analysis = _analysis(job, result, runtime)
        session.add(analysis)
        session.flush()
        job.state, job.stage, job.progress = JobState.COMPLETED, "completed", 1.0
        job.analysis_id, job.finished_at, job.urls = analysis.id, now, None
        for kind, quantity in ((usage.ANALYSES, 1.0), (usage.MEDIA_SECONDS, analysis.duration_s)):
            usage.meter(session, job.organisation_id, job.key_id, kind, quantity, now)
        facts = {"analysis_id": analysis.id, "job_id": job.id, "kind": job.kind}
        data = {**analysis.result, **facts}
        event = Event("analysis.completed", analysis.id, now, data, analysis_id=analysis.id)
        announce(session, job.organisation_id, event)


def fail_job(runtime: Runtime, job_id: str, code: str, message: str) -> None:
    """Say why there is no result, to whoever asks and to subscribers."""
    now = runtime.clock()
    with runtime.database.transaction() as session:
        job = _still_running(session, job_id)
        if job is None:
            return
        job.state, job.stage, job.finished_at, job.urls = JobState.FAILED, "failed", now, None
        job.error_code, job.error_message = code, message
        data = {"job_id": job.id, "kind": job.kind, "error": {"code": code, "message": message}}
        announce(session, job.organisation_id, Event("analysis.failed", job.id, now, data))


def cancel_job(runtime: Runtime, organisation_id: str, job_id: str) -> None:
    """Stop the analysis, or forget its result. Raises `NotFound`."""
    with runtime.database.transaction() as session:
        job = Jobs(session, organisation_id).existing(job_id)
        if _still_running(session, job_id):
            job.state, job.stage, job.finished_at, job.urls = JobState.CANCELLED, "cancelled", runtime.clock(), None
        elif job.analysis_id is not None:
            _forget_result(session, job)
    remove_upload(runtime.settings.media_dir, job_id)


def is_needed(runtime: Runtime, job_id: str) -> bool:
    """Whether the files of this job are still to be analysed."""
    with runtime.database.transaction() as session:
        row = session.get(AnalysisJob, job_id)
        return row is not None and row.state in _UNDER_WAY


def _sealed(runtime: Runtime, new: NewJob) -> str | None:
    if not new.urls:
        return None
    plain = json.dumps({role: list(urls) for role, urls in new.urls.items()})
    return runtime.vault.seal(plain.encode(), urls_context(new.id))


def _still_running(session: Session, job_id: str) -> AnalysisJob | None:
    """The job, alone for this transaction: the first statement writes, so that a cancellation waits or is seen."""
    unfinished = (col(AnalysisJob.id) == job_id, col(AnalysisJob.state).in_(_UNDER_WAY))
    held = sa.update(AnalysisJob).where(*unfinished).values(state=JobState.RUNNING)
    if session.connection().execute(held).rowcount != 1:
        return None
    return session.get(AnalysisJob, job_id, populate_existing=True)


def _analysis(job: AnalysisJob, result: Mapping[str, Any], runtime: Runtime) -> Analysis:
    abstained = result.get("abstained")
    marked = {**result, "watermark": job.watermark} if job.watermark else dict(result)
    return Analysis(
        organisation_id=job.organisation_id,
        kind=job.kind,
        state=AnalysisState.COMPLETED,
        trust_score=result.get("trust_score"),
        abstained_reason=abstained["explanation"] if abstained else None,
        alert_count=len(result.get("alerts") or ()),
        duration_s=result.get("duration_s") or 0.0,
        result=marked,
        created_at=runtime.clock(),
        completed_at=runtime.clock(),
    )


def _forget_result(session: Session, job: AnalysisJob) -> None:
    """The figures go; that there was an analysis stays, because what was sent about it refers to it."""
    analysis = session.get_one(Analysis, str(job.analysis_id))
    analysis.result, analysis.trust_score, analysis.abstained_reason = {}, None, None
    for message in Messages(session, job.organisation_id).of_analysis(analysis.id):
        message.body = json.dumps({"event": message.event_type, "analysis_id": analysis.id, "forgotten": True})
    job.state, job.stage, job.analysis_id = JobState.CANCELLED, "forgotten", None
