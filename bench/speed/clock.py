"""Processor time on one core."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LOOK_S = 0.5


@contextmanager
def one_core() -> Iterator[None]:
    """Everything inside, and processes started there, share the core that is least busy now."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {_idlest(allowed)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def seconds(run: Callable[[], object], times: int = 3) -> float:
    """Processor time of the fastest of several runs, the first of which also warms up."""
    found = []
    for _ in range(times):
        started = time.process_time()
        run()
        found.append(time.process_time() - started)
    return min(found)


def _idlest(cores: set[int]) -> int:
    before = _idle()
    time.sleep(_LOOK_S)
    after = _idle()
    return max(cores, key=lambda core: after.get(core, 0) - before.get(core, 0))


def _idle() -> dict[int, int]:
    """Ticks that each core has idled since it was started."""
    lines = [line.split() for line in Path("/proc/stat").read_text().splitlines()]
    return {int(row[0][3:]): int(row[4]) for row in lines if row[0].startswith("cpu") and row[0] != "cpu"}
