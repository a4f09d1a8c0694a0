"""How long `import analysis_core` takes in a fresh interpreter."""

import resource
import subprocess
import sys

from bench.figures import Figures

_TIMES = 5


def measure(figures: Figures) -> None:
    """Processor time beyond that of an interpreter that imports nothing."""
    empty = _seconds("pass")
    figures.add("speed.import_s", _seconds("import analysis_core") - empty)
    figures.add("speed.import_analyse_s", _seconds("from analysis_core import analyse") - empty)


def _seconds(program: str) -> float:
    found = []
    for _ in range(_TIMES):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", program], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(found)
