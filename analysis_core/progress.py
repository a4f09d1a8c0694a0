"""Turns each stage's progress into progress of the whole."""

from collections.abc import Callable, Mapping

from analysis_core.options import Hook


class Progress:
    """A hook for the stages: `progress("speech", 0.5)` tells the caller how much of everything is done.

    `work` says how much each stage is of the whole, in any unit, in the order in which they run. What is told never
    goes back.
    """

    def __init__(self, hook: Hook | None, work: Mapping[str, float]) -> None:
        self._hook = hook
        self._work = work
        self._whole = sum(work.values()) or 1.0
        self._told = 0.0

    def __call__(self, stage: str, done: float) -> None:
        """Report that `done` (0..1) of the stage is finished."""
        if self._hook is None:
            return
        before = 0.0
        for name, work in self._work.items():
            if name == stage:
                break
            before += work
        share = (before + min(1.0, max(0.0, done)) * self._work.get(stage, 0.0)) / self._whole
        self._told = max(self._told, min(1.0, share))
        self._hook(stage, self._told)

    def of(self, stage: str) -> Callable[[float], None]:
        """A hook for something that knows only its own progress."""
        return lambda done: self(stage, done)

    def part(self, stage: str, index: int, count: int) -> Callable[[float], None]:
        """A hook for the `index`-th of `count` equal parts of a stage."""
        return lambda done: self(stage, (index + done) / count)
