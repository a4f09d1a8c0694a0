"""The queues: how much of each kind of work one process does at a time, and how fast a provider may be called."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dbos import DBOS

PIPELINE: Final = "pipeline"
MATCHING: Final = "matching"
MESSAGES: Final = "messages"
WEBHOOKS: Final = "webhooks"
HOUSEKEEPING: Final = "housekeeping"
RECONCILIATION: Final = "reconciliation"

_QUICK_AT_ONCE: Final = 4
_LEISURE: Final = 3
"""Looking into a queue costs a query or two even when it is empty, and a hub has some fifteen of them."""


@dataclass(frozen=True)
class Queue:
    """`at_once` workflows per process.

    With `calls` per `period_s`, each partition has that limit of its own; with `in_turn`, the work of one partition
    is done one after the other, over all processes. A `leisurely` one is looked into less often.
    """

    name: str
    at_once: int
    calls: int | None = None
    period_s: float = 1.0
    in_turn: bool = False
    leisurely: bool = True


def outbound(provider: str) -> str:
    """The queue of one provider's deliveries; partitioned by connection, since limits belong to accounts."""
    return f"out-{provider}"


def standard(analyses_at_once: int, deliveries_at_once: int) -> tuple[Queue, ...]:
    """The queues every process serves."""
    return (
        Queue(PIPELINE, analyses_at_once, in_turn=True),
        Queue(MATCHING, 4),
        Queue(MESSAGES, 8),
        Queue(WEBHOOKS, deliveries_at_once),
        Queue(HOUSEKEEPING, 4),
        Queue(RECONCILIATION, 2, in_turn=True),
    )


def analyses(storage: str | None, *, quick: bool) -> str:
    """The queue of inputs of the API: of those on the disk `storage`, or of addresses that any machine can fetch.

    Quick inputs have a queue of their own: nobody waits for a sentence behind an hour of video.
    """
    return "-".join(filter(None, ("quick" if quick else "analyses", storage)))


def of_inputs(storage: str, analyses_at_once: int) -> tuple[Queue, ...]:
    """The queues of inputs of the API that a process with this disk serves."""
    return tuple(
        Queue(analyses(place, quick=quick), _QUICK_AT_ONCE if quick else analyses_at_once, leisurely=False)
        for place in (None, storage)
        for quick in (False, True)
    )


async def register(queues: Iterable[Queue], polling_interval_s: float) -> None:
    """Make this process serve the queues; call after the launch."""
    for queue in queues:
        limiter = None if queue.calls is None else {"limit": queue.calls, "period": queue.period_s}
        await DBOS.register_queue_async(
            queue.name,
            worker_concurrency=queue.at_once,
            polling_interval_sec=polling_interval_s * (_LEISURE if queue.leisurely else 1),
            partition_limiter=limiter,  # type: ignore[arg-type]
            partition_concurrency=1 if queue.in_turn else None,
            on_conflict="always_update",
        )
