"""How features declare durable code: workflows are replayed after a crash, their finished steps are not run again."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from dbos import DBOS

P = ParamSpec("P")
R = TypeVar("R")

StoreTrouble: Final = (sa.exc.OperationalError, sa.exc.InterfaceError)
"""What the store raises when it is out of reach or locked; steps let it through, to be repeated."""

_MAX_RECOVERIES: Final = 8
_STORE_ATTEMPTS: Final = 10


def workflow(name: str) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Any]]:
    """Declare an async workflow under a stable name: queued rows carry the name, so it outlives a rename in code.

    A workflow that was cut off more than eight times is set aside, instead of killing its process for ever.
    """
    return DBOS.workflow(name=name, max_recovery_attempts=_MAX_RECOVERIES)


def step(name: str) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Any]]:
    """Declare an async step. It runs at least once: repeat it safely, and return ids and small values only.

    While the store is out of reach or locked, the step is repeated for about a quarter of an hour; any other error
    that leaves it ends its workflow.
    """
    return DBOS.step(
        name=name,
        retries_allowed=True,
        max_attempts=_STORE_ATTEMPTS,
        interval_seconds=1.0,
        backoff_rate=2.0,
        should_retry=lambda error: isinstance(error, StoreTrouble),
    )
