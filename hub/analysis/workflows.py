"""The way of one input of the API, as a durable workflow: fetch, analyse, publish, and leave no file behind."""

import asyncio
import time
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import structlog

from hub import runtime as runtimes
from hub.accounts.plans import ENTERPRISE
from hub.analysis import jobs, runner, unified, warm
from hub.analysis.fetching import fetch
from hub.analysis.models import AnalysisJob
from hub.analysis.runner import AnalysisFailed
from hub.analysis.uploads import remove_upload, upload_of
from hub.engine import durable
from hub.kit.tasks import stop
from hub.meetings.media import run_directory
from hub.observability import tracing
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)

Files = Mapping[str, Sequence[Path]]

_QUICK: Final = "quick"
_CORE_OPTIONS: Final = ("baseline_window_s", "thresholds", "transcribe")
_TELL_EVERY_S: Final = 0.4
_LOOK_EVERY_S: Final = 2.0
"""How soon a fetch notices that its job was cancelled."""
_ANALYSED: Final = 0.95
_TRIES_AFTER_A_CRASH: Final = 2
_OF_THE_PROCESS: Final = {"analysis_crashed", "analysis_timeout", "memory_exhausted"}
"""What a process of its own may do better than one that is shared."""


class Cancelled(Exception):
    """Somebody cancelled the job."""


@durable.workflow(jobs.ANALYSE_INPUT)
async def analyse_input(job_id: str) -> None:
    """From an input to its result."""
    await run_job(job_id)


@durable.step("run_job")
async def run_job(job_id: str) -> None:
    """Fetch and analyse in one step, because another machine would have no local file."""
    runtime = runtimes.current()
    job = await asyncio.to_thread(jobs.begin_job, runtime, job_id)
    if job is not None:
        await _run(runtime, job)
    await asyncio.to_thread(remove_upload, runtime.settings.media_dir, job_id)


async def _run(runtime: Runtime, job: AnalysisJob) -> None:
    try:
        async with run_directory(runtime.settings.media_dir) as directory:
            files = await _collect(runtime, job, directory)
            result = await _analyse(runtime, job, files, directory)
        await asyncio.to_thread(jobs.complete_job, runtime, job.id, result)
    except Cancelled:
        _log.info("job.cancelled", job_id=job.id)
    except AnalysisFailed as error:
        await asyncio.to_thread(jobs.fail_job, runtime, job.id, error.code, error.message)
    except durable.StoreTrouble:
        raise
    except Exception:
        _log.exception("job.failed", job_id=job.id)
        await asyncio.to_thread(jobs.fail_job, runtime, job.id, "internal_error", "Something went wrong on our side.")


async def _collect(runtime: Runtime, job: AnalysisJob, directory: Path) -> Files:
    """Every input as a file on this disk. Raises `AnalysisFailed` and `Cancelled`."""
    uploaded = upload_of(runtime.settings.media_dir, job.id)
    files = {role: [uploaded / name for name in names] for role, names in job.files.items()}
    if missing := [path.name for paths in files.values() for path in paths if not path.exists()]:
        raise AnalysisFailed("upload_lost", f"The upload was lost before it was analysed: {', '.join(missing)}.")
    for role, urls in jobs.urls_of(runtime, job).items():
        for number, url in enumerate(urls):
            target = directory / f"{role}-url-{number}"
            allow_private = runtime.settings.allow_private_inputs
            fetching = fetch(url, target, limit_bytes=_limit(job, role), allow_private=allow_private)
            await _unless_cancelled(runtime, job, fetching)
            files.setdefault(role, []).append(target)
    return files


async def _unless_cancelled(runtime: Runtime, job: AnalysisJob, fetching: Coroutine[Any, Any, None]) -> None:
    """Raises what `fetching` raises, and `Cancelled` soon after somebody cancelled the job."""
    task = asyncio.create_task(fetching)
    try:
        while not task.done():
            await _tell(runtime, job, "fetch", 0.0)
            await asyncio.wait({task}, timeout=_LOOK_EVERY_S)
        task.result()
    finally:
        await stop(task)


def _limit(job: AnalysisJob, role: str) -> int:
    limits: Any = job.options.get("limits") or {}
    return int(limits.get(role, ENTERPRISE.audio_bytes))


async def _analyse(runtime: Runtime, job: AnalysisJob, files: Files, directory: Path) -> dict[str, Any]:
    """One report on everything that was sent. Raises `AnalysisFailed` and `Cancelled`."""
    if job.kind == "image":
        return unified.of_images(await _look(runtime, files["image"]))
    if job.kind != "multimodal":
        media = next((files[role][0] for role in ("video", "audio") if role in files), None)
        return await _listen(runtime, job, media, _first(files, "text"), directory)
    return unified.unify(await _parts(runtime, job, files, directory))


async def _parts(runtime: Runtime, job: AnalysisJob, files: Files, directory: Path) -> dict[str, dict[str, Any]]:
    parts: dict[str, dict[str, Any]] = {}
    document = _first(files, "text")
    for role in ("video", "audio"):
        if role in files:
            parts[role] = await _listen(runtime, job, files[role][0], document, directory)
            document = None  # it belongs to the recording that it was sent with
    if document is not None:
        parts["text"] = await _listen(runtime, job, None, document, directory)
    if "image" in files:
        parts["image"] = unified.of_images(await _look(runtime, files["image"]))
    return parts


async def _listen(
    runtime: Runtime, job: AnalysisJob, media: Path | None, document: Path | None, directory: Path
) -> dict[str, Any]:
    """A recording, a document, or both; in a warm process where that is quick. Raises `AnalysisFailed`."""
    options = {name: value for name, value in job.options.items() if name in _CORE_OPTIONS}
    if job.options.get(_QUICK):
        process, words = _warm(runtime, "media"), _absolute(document)
        try:
            found: dict[str, Any] = await process.ask(
                "media", media=_absolute(media), transcript=words, options=options, on_progress=_telling(runtime, job)
            )
        except AnalysisFailed as error:
            if error.code not in _OF_THE_PROCESS:
                raise
        else:
            return found
    return await _in_a_process_of_its_own(runtime, job, media, document, directory, options)


async def _in_a_process_of_its_own(
    runtime: Runtime, job: AnalysisJob, media: Path | None, document: Path | None, directory: Path, options: Any
) -> dict[str, Any]:
    task = runner.Job(
        directory=directory,
        media=media,
        transcript=document,
        observed_speakers=None,
        timeout_s=runtime.settings.analysis_timeout_s,
        options=options,
    )
    for attempt in range(1, _TRIES_AFTER_A_CRASH + 1):
        try:
            with tracing.span("analysis.process", hub__attempt=attempt):
                return await runner.run(task, _Teller(runtime, job))
        except AnalysisFailed as error:
            if error.code != "analysis_crashed" or attempt == _TRIES_AFTER_A_CRASH:
                raise
            _log.warning("job.crashed", job_id=job.id, attempt=attempt)
    raise AssertionError("the last attempt returns or raises")


async def _look(runtime: Runtime, pictures: Sequence[Path]) -> list[dict[str, Any]]:
    """The faces of each picture. Raises `AnalysisFailed`."""
    process, found = _warm(runtime, "image"), []
    for path in pictures:
        found.append(await process.ask("image", await asyncio.to_thread(path.read_bytes)))
    return found


def _warm(runtime: Runtime, what: str) -> warm.WarmProcess:
    return warm.pool(runtime.settings.media_dir).best_for(what)


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _first(files: Files, role: str) -> Path | None:
    return files[role][0] if files.get(role) else None


def _telling(runtime: Runtime, job: AnalysisJob) -> runner.Progress:
    """Progress of a process that has others' questions to answer too: what was cancelled is let finish there."""
    teller = _Teller(runtime, job)

    async def tell(stage: str, done: float) -> None:
        with suppress(Cancelled):
            await teller(stage, done)

    return tell


class _Teller:
    """Writes progress at most a few times a second, and notices there that the job was cancelled."""

    def __init__(self, runtime: Runtime, job: AnalysisJob) -> None:
        self._runtime = runtime
        self._job = job
        self._next = 0.0

    async def __call__(self, stage: str, done: float) -> None:
        """Raises `Cancelled`."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _TELL_EVERY_S
            await _tell(self._runtime, self._job, stage, _ANALYSED * done)


async def _tell(runtime: Runtime, job: AnalysisJob, stage: str, done: float) -> None:
    if not await asyncio.to_thread(jobs.note_progress, runtime, job.id, stage, done):
        raise Cancelled
