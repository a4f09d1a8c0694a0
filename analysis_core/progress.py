"""Turns each stage's progress into progress of the whole, told at least every second."""

import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from analysis_core.options import Hook

_QUIET_S = 0.5
"""After this long without news the last is told again: loading a model may take seconds."""


class Progress:
    """A hook for the stages: `progress("speech", 0.5)` tells the caller how much of everything is done.

    What is told never goes back. Used as a context manager it repeats the last news when there is none; the hook is
    then called from two threads, never from both at once.
    """

    def __init__(self, hook: Hook | None, first: str) -> None:
        self._hook = hook
        self.plan({first: 1.0})
        self._stage, self._told, self._at = first, 0.0, time.monotonic()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._repeater = threading.Thread(target=self._repeat, name="progress", daemon=True)

    def plan(self, work: Mapping[str, float]) -> None:
        """How much each stage is of the whole, in any unit, in the order in which they run, once that is known."""
        self._work = work
        self._whole = sum(work.values()) or 1.0

    def __call__(self, stage: str, done: float) -> None:
        """Report that `done` (0..1) of the stage is finished."""
        before = 0.0
        for name, work in self._work.items():
            if name == stage:
                break
            before += work
        share = (before + min(1.0, max(0.0, done)) * self._work.get(stage, 0.0)) / self._whole
        self._tell(stage, min(1.0, share))

    def of(self, stage: str) -> Callable[[float], None]:
        """A hook for something that knows only its own progress."""
        return lambda done: self(stage, done)

    def part(self, stage: str, index: int, count: int) -> Callable[[float], None]:
        """A hook for the `index`-th of `count` equal parts of a stage."""
        return lambda done: self(stage, (index + done) / count)

    def __enter__(self) -> Self:
        if self._hook is not None:
            self._repeater.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._repeater.is_alive():
            self._repeater.join()

    def _tell(self, stage: str, share: float) -> None:
        if self._hook is None:
            return
        with self._lock:
            self._stage, self._told, self._at = stage, max(self._told, share), time.monotonic()
            self._hook(stage, self._told)

    def _repeat(self) -> None:
        while not self._over.wait(_QUIET_S / 2):
            if time.monotonic() - self._at > _QUIET_S:
                self._tell(self._stage, self._told)
