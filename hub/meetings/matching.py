"""Asks the CRMs which records a meeting belongs to, and comes back later where one could not answer."""

import asyncio

import structlog

from connectors.base.errors import AuthorizationLost, ConnectorError, ProviderUnavailable
from hub.analysis.models import Analysis
from hub.crm.service import match_meeting
from hub.engine import durable
from hub.engine.enqueue import enqueue
from hub.engine.retry import DecisionKind, decide
from hub.meetings import timeline
from hub.meetings.results import matching_work
from hub.runtime import Runtime

_log = structlog.get_logger(__name__)


async def match(runtime: Runtime, analysis_id: str, round_number: int) -> bool:
    """Whether matching is complete.

    False when a CRM did not answer: then a later round is arranged. A CRM that only a person can reconnect counts
    as complete: its delivery waits for that, and matches once more before it writes.
    """
    analysis = await asyncio.to_thread(_load, runtime, analysis_id)
    if analysis is None or analysis.meeting_id is None:
        return True
    try:
        await match_meeting(runtime, analysis.organisation_id, analysis.meeting_id)
    except AuthorizationLost:
        return True
    except ConnectorError as error:
        return not await asyncio.to_thread(_come_back, runtime, analysis, round_number, error)
    except durable.StoreTrouble:
        raise
    except Exception:
        _log.exception("matching.failed", analysis_id=analysis_id)
        ours = ProviderUnavailable("matching failed on our side")
        return not await asyncio.to_thread(_come_back, runtime, analysis, round_number, ours)
    return True


def _load(runtime: Runtime, analysis_id: str) -> Analysis | None:
    with runtime.database.transaction() as session:
        return session.get(Analysis, analysis_id)


def _come_back(runtime: Runtime, analysis: Analysis, round_number: int, error: ConnectorError) -> bool:
    decision = decide(error, round_number)
    with runtime.database.transaction() as session:
        timeline.record(
            session,
            organisation_id=analysis.organisation_id,
            meeting_id=str(analysis.meeting_id),
            step="matching.delayed",
            key=f"{analysis.id}:{round_number}",
            message=f"{error.message}: {decision.why}",
            at=runtime.clock(),
        )
        if decision.kind is not DecisionKind.RETRY:
            return False
        enqueue(session, matching_work(analysis.id, round_number=round_number + 1, delay_s=decision.delay_s))
        return True
