"""The way of one recording, as durable workflows: fetch and analyse, publish, match, deliver."""

import asyncio

import structlog

from connectors.base.errors import ConnectorError
from hub import runtime as runtimes
from hub.analysis.runner import AnalysisFailed
from hub.connections.errors import ConnectionMissing
from hub.deliveries import planning
from hub.engine import durable
from hub.ingest.service import PROCESS_RECORDING
from hub.meetings import matching, setbacks
from hub.meetings.cases import Case, load_case
from hub.meetings.recordings import analyse_recording
from hub.meetings.results import MATCH_MEETING, publish_result

_log = structlog.get_logger(__name__)


@durable.workflow(PROCESS_RECORDING)
async def process_recording(event_id: str, attempt: int) -> None:
    """From an announced recording to a published result."""
    analysis_id = await fetch_and_analyse(event_id, attempt)
    if analysis_id is not None:
        await publish(analysis_id)


@durable.step("fetch_and_analyse")
async def fetch_and_analyse(event_id: str, attempt: int) -> str | None:
    """The id of the analysis; None when there is none, and what follows is arranged already."""
    runtime = runtimes.current()
    case = await asyncio.to_thread(load_case, runtime, event_id, attempt)
    if case is None:
        return None
    try:
        return await analyse_recording(runtime, case)
    except ConnectorError as error:
        await asyncio.to_thread(setbacks.handle_connector_error, runtime, case, error)
    except AnalysisFailed as error:
        await asyncio.to_thread(setbacks.handle_analysis_failure, runtime, case, error)
    except ConnectionMissing as error:
        await asyncio.to_thread(setbacks.fail, runtime, case, "connection_missing", str(error))
    except durable.StoreTrouble:
        raise
    except Exception:
        await _fail_unexpectedly(case)
    return None


async def _fail_unexpectedly(case: Case) -> None:
    _log.exception("recording.failed", meeting_id=case.meeting.id, event_id=case.event.id)
    await asyncio.to_thread(setbacks.fail, runtimes.current(), case, "internal_error", "")


@durable.step("publish")
async def publish(analysis_id: str) -> None:
    """Make the result count, tell subscribers, start matching."""
    await asyncio.to_thread(publish_result, runtimes.current(), analysis_id)


@durable.workflow(MATCH_MEETING)
async def match_meeting(analysis_id: str, round_number: int) -> None:
    """Find the CRM records, then start the deliveries."""
    complete = await match(analysis_id, round_number)
    await plan_deliveries(analysis_id, round_number, complete)


@durable.step("match")
async def match(analysis_id: str, round_number: int) -> bool:
    """Whether every CRM could be asked; if not, a later round is arranged."""
    return await matching.match(runtimes.current(), analysis_id, round_number)


@durable.step("plan_deliveries")
async def plan_deliveries(analysis_id: str, _round_number: int, complete: bool) -> None:
    """One delivery for each destination, with the reason where there is none."""
    await asyncio.to_thread(planning.plan, runtimes.current(), analysis_id, complete=complete)
