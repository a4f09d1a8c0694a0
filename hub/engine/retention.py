"""Forgets finished work. Deduplication ends with a workflow's row, so rows stay longer than any provider redelivers."""

from datetime import UTC, datetime, timedelta
from typing import Final

from dbos import DBOS

KEEP_FINISHED: Final = timedelta(days=14)
_FINISHED: Final = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_BATCH: Final = 500


async def forget_finished(now: datetime) -> int:
    """Delete workflows that finished more than `KEEP_FINISHED` ago, in small batches; gives how many."""
    before = (now.astimezone(UTC) - KEEP_FINISHED).isoformat()
    total = 0
    while ids := await _finished_before(before):
        await DBOS.delete_workflows_async(ids)
        total += len(ids)
    return total


async def _finished_before(moment: str) -> list[str]:
    found = await DBOS.list_workflows_async(
        status=_FINISHED, completed_before=moment, limit=_BATCH, load_input=False, load_output=False
    )
    return [workflow.workflow_id for workflow in found]
