"""The analysis process: `python -m hub.analysis.child`, one recording, then it ends.

It reads its job as one JSON object from standard input, reports progress as JSON lines on standard output, and
leaves the result in a file. It limits itself before it touches the recording, is gone the moment its parent is,
and is given no secrets.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, Final, TextIO

_PR_SET_PDEATHSIG: Final = 1
_NICENESS: Final = 10


def main() -> None:
    """Run the job on standard input; exits 0 also when the recording is at fault, with the reason reported."""
    job: dict[str, Any] = json.load(sys.stdin)
    report = _reporting_stream()
    _bind_to_parent(int(job["parent"]))
    _limit(memory_bytes=int(job["memory_bytes"]), cpu_s=int(job["cpu_s"]))
    _analyse(job, report)


def _reporting_stream() -> TextIO:
    """Standard output for our lines alone: whatever a library prints goes to standard error."""
    kept = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(kept, "w", encoding="utf-8", buffering=1)


def _bind_to_parent(parent: int) -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we were bound to it
        os._exit(1)


def _limit(*, memory_bytes: int, cpu_s: int) -> None:
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the recording


def _analyse(job: dict[str, Any], report: TextIO) -> None:
    from analysis_core import Options, analyse
    from analysis_core.errors import AnalysisError

    def hook(stage: str, done: float) -> None:
        _say(report, {"stage": stage, "done": done})

    observed = job["observed_speakers"]
    options = Options(
        observed_speakers=None if observed is None else frozenset(observed), max_duration_s=job["max_duration_s"]
    )
    try:
        result = analyse(job["media"], transcript=job["transcript"], options=options, hook=hook)
    except AnalysisError as error:
        _say(report, {"error": error.code, "message": str(error)})
        return
    except MemoryError:
        _say(report, {"error": "memory_exhausted", "message": "The recording needs more memory than is allowed."})
        return
    Path(job["result"]).write_text(json.dumps(result.to_dict(), allow_nan=False), encoding="utf-8")


def _say(report: TextIO, line: dict[str, object]) -> None:
    report.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
