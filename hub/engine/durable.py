"""How features declare durable code: workflows are replayed after a crash, their finished steps are not run again."""

from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

from dbos import DBOS

P = ParamSpec("P")
R = TypeVar("R")

_MAX_RECOVERIES = 8


def workflow(name: str) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Any]]:
    """Declare an async workflow under a stable name: queued rows carry the name, so it outlives a rename in code.

    A workflow that was cut off more than eight times is set aside, instead of killing its process for ever.
    """
    return DBOS.workflow(name=name, max_recovery_attempts=_MAX_RECOVERIES)


def step(name: str) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Any]]:
    """Declare an async step. It runs at least once: repeat it safely, and return ids and small values only."""
    return DBOS.step(name=name)
