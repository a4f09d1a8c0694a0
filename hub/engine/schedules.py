"""Work that repeats by the clock. Any number of processes may run the same schedule: each tick happens once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dbos import DBOS

from hub.engine.queues import HOUSEKEEPING


@dataclass(frozen=True)
class Schedule:
    """A workflow taking (scheduled moment, None), started every `every_s` seconds."""

    name: str
    workflow: Callable[..., Any]
    every_s: int


def cron_every(seconds: int) -> str:
    """A cron expression that fires at least this often: the next shorter divisor of a minute, hour or day."""
    if seconds < 60:
        return f"*/{_divisor(60, seconds)} * * * * *"
    if seconds < 3600:
        return f"0 */{_divisor(60, seconds // 60)} * * * *"
    return f"0 0 */{_divisor(24, min(seconds // 3600, 24))} * * *"


def _divisor(whole: int, at_most: int) -> int:
    return max(n for n in range(1, at_most + 1) if whole % n == 0)


async def register(schedules: Iterable[Schedule]) -> None:
    """Store the schedules; a changed period replaces the former one. Call after the launch."""
    await DBOS.apply_schedules_async(
        [
            {
                "schedule_name": schedule.name,
                "workflow_fn": schedule.workflow,
                "schedule": cron_every(schedule.every_s),
                "context": None,
                "queue_name": HOUSEKEEPING,
            }
            for schedule in schedules
        ]
    )
