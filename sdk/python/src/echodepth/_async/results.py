"""`client.results`: how far analyses are, and their reports."""

import time
from collections.abc import Callable

from echodepth import calls
from echodepth._async.transport import AsyncTransport
from echodepth._async.waiting import sleep
from echodepth.errors import AnalysisCancelled, AnalysisFailed, AnalysisTimedOut
from echodepth.models.analysis import Analysis

OnProgress = Callable[[Analysis], object]

_PATH = "/v1/result/{}"
_FIRST_LOOK_S, _LONGEST_S, _GROWTH = 0.2, 3.0, 1.3


class AsyncResults:
    """Analyses by their `job_id`."""

    def __init__(self, transport: AsyncTransport) -> None:
        self._transport = transport

    async def get(self, job_id: str) -> Analysis:
        """How far it is, and its report once it is completed."""
        return await self._transport.ask(calls.get(calls.at(_PATH, job_id)), Analysis)

    async def cancel(self, job_id: str) -> None:
        """End an analysis that is under way, or forget the report of one that is done."""
        await self._transport.send(calls.delete(calls.at(_PATH, job_id)))

    async def wait(
        self, job_id: str, *, on_progress: OnProgress | None = None, timeout: float | None = None
    ) -> Analysis:
        """The report, as soon as there is one; `on_progress` is told how far it is.

        Raises `AnalysisFailed`, `AnalysisCancelled`, and `AnalysisTimedOut` after `timeout` seconds.
        """
        ends = None if timeout is None else time.monotonic() + timeout
        pause = _FIRST_LOOK_S
        while not (found := await self.get(job_id)).is_done:
            if on_progress:
                on_progress(found)
            if ends is not None and time.monotonic() + pause > ends:
                raise AnalysisTimedOut(job_id, timeout or 0.0)
            await sleep(pause)
            pause = min(_LONGEST_S, pause * _GROWTH)
        if on_progress:
            on_progress(found)
        return completed(found)


def completed(found: Analysis) -> Analysis:
    """The same, where it went well. Raises `AnalysisFailed` and `AnalysisCancelled`."""
    if found.status == "cancelled":
        raise AnalysisCancelled(found.job_id)
    if found.status == "failed":
        error = found.error
        raise AnalysisFailed(
            error.message if error else "The analysis failed.",
            job_id=found.job_id,
            code=error.code if error else "internal_error",
            request_id=error.request_id if error else None,
        )
    return found
