"""The analysis process: `python -m hub.analysis.child`, one recording, then it ends.

It reads its job as one JSON object from standard input, reports progress as JSON lines on standard output, and
leaves the result in a file. It limits itself before it touches the recording, is gone the moment its parent is,
and is given no secrets.
"""

import io
import json
import resource
import sys
from pathlib import Path
from typing import Any, Final, TextIO

from hub.analysis.confinement import bind_to_parent, limit_memory, own_output

_NICENESS: Final = 10


def main() -> None:
    """Run the job on standard input; exits 0 also when the recording is at fault, with the reason reported."""
    job: dict[str, Any] = json.load(sys.stdin)
    report = io.TextIOWrapper(own_output(), encoding="utf-8", line_buffering=True)
    bind_to_parent(int(job["parent"]))
    limit_memory(int(job["memory_bytes"]), niceness=_NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (int(job["cpu_s"]), int(job["cpu_s"])))
    _analyse(job, report)


def _analyse(job: dict[str, Any], report: TextIO) -> None:
    from analysis_core import Options, analyse
    from analysis_core.errors import AnalysisError

    def hook(stage: str, done: float) -> None:
        _say(report, {"stage": stage, "done": done})

    observed = job["observed_speakers"]
    options = Options(
        observed_speakers=None if observed is None else frozenset(observed),
        max_duration_s=job["max_duration_s"],
        **job["options"],
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
