"""Forgets finished work. Deduplication ends with a workflow's row, so rows stay longer than any provider redelivers."""

from datetime import UTC, datetime, timedelta
from typing import Final

from dbos import DBOS

KEEP_FINISHED: Final = timedelta(days=14)
KEEP_TICKS: Final = timedelta(hours=6)
TICK: Final = "tick:"
"""How the ids of work begin that the clock starts, besides the schedules' own."""
_SCHEDULED: Final = "sched-"
_FINISHED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_BATCH: Final = 500


async def forget_finished(now: datetime) -> int:
    """Delete workflows that finished more than `KEEP_FINISHED` ago, those of the clock sooner; gives how many."""
    ticks = sum([await _forget(now - KEEP_TICKS, prefix=prefix) for prefix in (_SCHEDULED, TICK)])
    return ticks + await _forget(now - KEEP_FINISHED, prefix=None)


async def _forget(before: datetime, prefix: str | None) -> int:
    total = 0
    while ids := await _finished(before.astimezone(UTC).isoformat(), prefix):
        await DBOS.delete_workflows_async(ids)
        total += len(ids)
    return total


async def _finished(before: str, prefix: str | None) -> list[str]:
    found = await DBOS.list_workflows_async(
        status=_FINISHED,
        completed_before=before,
        workflow_id_prefix=prefix,
        limit=_BATCH,
        load_input=False,
        load_output=False,
    )
    return [workflow.workflow_id for workflow in found]
