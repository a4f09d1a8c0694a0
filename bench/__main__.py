"""`python -m bench [--only speech|text|face|speed|api] [--quick]`.

`--quick` takes a fraction of the data to see that everything runs; its figures are printed and not written.
"""

import argparse
import sys
import time
from importlib import import_module

from bench import machine, report
from bench.figures import Figures
from bench.sources import NoData, sources

GROUPS = {
    "speech": "bench.accuracy.speech",
    "text": "bench.accuracy.text",
    "face": "bench.accuracy.face",
    "speed": "bench.speed.everything",
    "api": "bench.api.everything",
}


def main() -> int:
    """Measure the groups asked for, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--only", choices=GROUPS)
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    try:
        data = sources()
    except NoData as missing:
        print(f"bench: skipped, {missing}")
        return 0
    figures = Figures({} if chosen.quick else report.known())
    for group in GROUPS if chosen.only is None else (chosen.only,):
        started = time.perf_counter()
        figures.forget(group)
        machine.describe(figures, group)
        print(f"{group}:", flush=True)
        import_module(GROUPS[group]).measure(figures, data, chosen.quick)
        figures.note(f"run.{group}.minutes", round((time.perf_counter() - started) / 60, 1))
        if not chosen.quick:
            report.write(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
