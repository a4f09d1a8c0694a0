"""Waits for what happens elsewhere: one patience for all tests, because machines that run tests stall."""

import time
from collections.abc import Callable

PATIENCE_S = 240.0
"""No promise about speed: what takes a second on an idle machine may take a minute on one that is shared."""


def until(
    condition: Callable[[], object],
    what: str = "what was waited for",
    *,
    within_s: float = PATIENCE_S,
    every_s: float = 0.05,
    logs: Callable[[], str] = str,
) -> None:
    """Return as soon as it holds; after that time fail with `what`, and with what `logs` gives."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s: {what}\n{logs()}")
        time.sleep(every_s)
