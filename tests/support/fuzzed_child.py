"""Analyses the files named on standard input, one a line, and says what came of each and what the process holds."""

import json
import os
import sys
import traceback
from pathlib import Path

from analysis_core import Options, analyse
from analysis_core.errors import AnalysisError

_WORDS = {".vtt", ".srt", ".txt", ".md", ".pdf", ".docx"}
_RECOGNISE_EVERY = 25


def main() -> None:
    """Until standard input ends."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for number, line in enumerate(sys.stdin):
        out.write(json.dumps({"came": _came(Path(line.strip()), number), **_held()}) + "\n")


def _came(path: Path, number: int) -> str:
    options = Options(transcribe=number % _RECOGNISE_EVERY == 0)
    words = path.suffix in _WORDS
    try:
        result = analyse(None if words else path, transcript=path if words else None, options=options)
        json.dumps(result.to_dict(), allow_nan=False)
    except AnalysisError as error:
        return "refused" if str(error) and error.code else "refused without a reason"
    except Exception:
        return traceback.format_exc()
    return "analysed"


def _held() -> dict[str, int]:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {"memory": pages * os.sysconf("SC_PAGE_SIZE"), "files": len(os.listdir("/proc/self/fd"))}  # noqa: PTH208


if __name__ == "__main__":
    main()
