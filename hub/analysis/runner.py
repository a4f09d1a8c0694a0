"""Runs the core in a process of its own: limited, killed with its parent, and told no secrets."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import hub

Progress = Callable[[str, float], Awaitable[None]]
"""Awaited with a stage and how much of the whole is done, 0..1."""

_PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TZ")
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_MODELS_FOLDER: Final = "ECHODEPTH_MODELS_DIR"
_MEMORY_BYTES: Final = 4 * 1024**3


class AnalysisFailed(Exception):
    """The recording could not be analysed. `code` is stable; the message is for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Job:
    """What to analyse. All paths lie in `directory`, which is the child's own; `observed_speakers` as in `Options`."""

    directory: Path
    media: Path | None
    transcript: Path | None
    observed_speakers: frozenset[str] | None
    timeout_s: float
    max_duration_s: float = 4 * 3600.0
    memory_bytes: int = _MEMORY_BYTES
    options: Mapping[str, Any] = field(default_factory=dict)
    """More of `analysis_core.Options`, by name: `baseline_window_s`, `thresholds`, `transcribe`."""


async def run(job: Job, on_progress: Progress) -> dict[str, Any]:
    """The result as `analysis_core.Result.to_dict()` gives it.

    Raises `AnalysisFailed` when the recording is at fault, the time is up, or the process was killed by its limits.
    """
    result = job.directory / "result.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.analysis.child",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        cwd=job.directory, env=child_environment(job.directory), start_new_session=True,
    )  # fmt: skip
    try:
        async with asyncio.timeout(job.timeout_s):
            await _hand_over(process, _request(job, result))
            await _follow(process, on_progress)
            code = await process.wait()
    except TimeoutError:
        raise AnalysisFailed("analysis_timeout", f"The analysis took longer than {job.timeout_s:.0f} s.") from None
    finally:
        await _end(process)
    if code != 0 or not result.exists():
        raise AnalysisFailed("analysis_crashed", f"The analysis process ended without a result (status {code}).")
    return await asyncio.to_thread(_read, result)


async def _hand_over(process: asyncio.subprocess.Process, request: Mapping[str, Any]) -> None:
    stdin = process.stdin
    if stdin is None:
        raise RuntimeError("the analysis process has no standard input")
    with suppress(BrokenPipeError, ConnectionResetError):  # it died already: its status says so below
        stdin.write(json.dumps(request).encode())
        await stdin.drain()
    stdin.close()


async def _follow(process: asyncio.subprocess.Process, on_progress: Progress) -> None:
    if process.stdout is None:
        raise RuntimeError("the analysis process has no standard output")
    async for line in process.stdout:
        said = json.loads(line)
        if "error" in said:
            raise AnalysisFailed(said["error"], said["message"])
        await on_progress(said["stage"], said["done"])


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill what is left of the process and everything it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()


def _request(job: Job, result: Path) -> dict[str, Any]:
    return {
        "parent": os.getpid(),
        "media": None if job.media is None else str(job.media.absolute()),
        "transcript": None if job.transcript is None else str(job.transcript.absolute()),
        "result": str(result.absolute()),
        "observed_speakers": None if job.observed_speakers is None else sorted(job.observed_speakers),
        "max_duration_s": job.max_duration_s,
        "options": dict(job.options),
        "memory_bytes": job.memory_bytes,
        "cpu_s": int(job.timeout_s) * max(1, os.cpu_count() or 1),
    }


def child_environment(directory: Path) -> dict[str, str]:
    """Enough to run Python; nothing that the hub was configured with."""
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if models := os.environ.get(_MODELS_FOLDER):
        kept[_MODELS_FOLDER] = str(Path(models).absolute())  # the child works in a directory of its own
    root = str(Path(hub.__file__).parent.parent)
    return {**kept, **dict.fromkeys(_ONE_THREAD, "1"), "PYTHONPATH": root, "TMPDIR": str(directory.absolute())}


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value
