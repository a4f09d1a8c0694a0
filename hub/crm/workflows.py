"""The daily search for records that appear late, as a durable schedule."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from hub import runtime as runtimes
from hub.crm.service.watching import rematch_due
from hub.engine import durable
from hub.engine.schedules import Schedule

_EVERY_S: Final = 900


def schedules() -> Sequence[Schedule]:
    """What repeats, and how often."""
    return (Schedule("rematch", rematch_meetings, _EVERY_S),)


@durable.workflow("rematch_meetings")
async def rematch_meetings(_scheduled: Any, _context: Any) -> None:
    """Match again the meetings whose day it is."""
    await _rematch()


@durable.step("rematch_meetings")
async def _rematch() -> int:
    return await asyncio.to_thread(rematch_due, runtimes.current())
