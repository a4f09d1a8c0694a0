"""How features declare durable code: workflows are replayed after a crash, their finished steps are not run again."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any, Final, ParamSpec, TypeVar

import sqlalchemy as sa
from dbos import DBOS

from hub import runtime as runtimes
from hub.engine import trail
from hub.observability import tracing

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

    def declare(function: Callable[P, Awaitable[R]]) -> Callable[P, Any]:
        @functools.wraps(function)
        async def followed(*args: P.args, **kwargs: P.kwargs) -> R:
            own = str(DBOS.workflow_id)
            kept = await asyncio.to_thread(trail.stored, runtimes.current().database, own)
            with trail.following(kept, name, own):
                return await function(*args, **kwargs)

        return DBOS.workflow(name=name, max_recovery_attempts=_MAX_RECOVERIES)(followed)

    return declare


def step(name: str) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Any]]:
    """Declare an async step. It runs at least once: repeat it safely, and return ids and small values only.

    While the store is out of reach or locked, the step is repeated for about a quarter of an hour; any other error
    that leaves it ends its workflow.
    """

    def declare(function: Callable[P, Awaitable[R]]) -> Callable[P, Any]:
        @functools.wraps(function)
        async def traced(*args: P.args, **kwargs: P.kwargs) -> R:
            with tracing.span(f"step {name}"):
                return await function(*args, **kwargs)

        return DBOS.step(
            name=name,
            retries_allowed=True,
            max_attempts=_STORE_ATTEMPTS,
            interval_seconds=1.0,
            backoff_rate=2.0,
            should_retry=lambda error: isinstance(error, StoreTrouble),
        )(traced)

    return declare
