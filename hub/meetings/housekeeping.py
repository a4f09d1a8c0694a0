"""What repeats by the clock: reconciliation, resuming what waited, keeping accounts alive, retention."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from hub import runtime as runtimes
from hub.accounts.idempotency import forget_answers
from hub.accounts.oauth_server.forgetting import forget_expired_tokens
from hub.accounts.rate_limits import forget_windows
from hub.analysis import housekeeping as inputs
from hub.connections.service.access import ConnectionKey
from hub.connections.service.disconnect import forget
from hub.connections.service.keep_alive import keep_alive
from hub.connections.service.refused import ask_refused_again
from hub.deliveries.forgetting import forget_expired_messages
from hub.deliveries.service import resume_parked as resume_deliveries
from hub.engine import durable, retention
from hub.engine.schedules import Schedule
from hub.ingest import reconciliation
from hub.ingest.service import FORGET_CONNECTION
from hub.meetings import forgetting
from hub.meetings.announced import forget_unrecorded
from hub.meetings.setbacks import fail_lost_runs
from hub.meetings.setbacks import resume_parked as resume_recordings
from hub.sessions.service.forgetting import forget_expired_sessions
from hub.sessions.service.opening import expire_sessions
from hub.settings import Settings
from hub.speech.listening import forget_readings

_RESUME_EVERY_S: Final = 20
_HOUR_S: Final = 3600
_ASK_AGAIN_EVERY_S: Final = 300
_INPUTS_EVERY_S: Final = 300
_FORGET_WINDOWS: Final = timedelta(hours=1)


def schedules(settings: Settings) -> Sequence[Schedule]:
    """What repeats, and how often."""
    return (
        Schedule("reconcile", reconcile_sources, settings.reconcile_every_s),
        Schedule("resume", resume_waiting, _RESUME_EVERY_S),
        Schedule("refused", ask_refused_connections, _ASK_AGAIN_EVERY_S),
        Schedule("keep_alive", keep_connections_alive, _HOUR_S),
        Schedule("retention", apply_retention, _HOUR_S),
        Schedule("inputs", keep_inputs_in_order, _INPUTS_EVERY_S),
    )


@durable.workflow("reconcile_sources")
async def reconcile_sources(_scheduled: Any, _context: Any) -> None:
    """Have each source looked through for recordings that no webhook announced."""
    await _reconcile()


@durable.workflow("resume_waiting")
async def resume_waiting(_scheduled: Any, _context: Any) -> None:
    """Start again what waited for a person to reconnect an account."""
    await _resume()


@durable.workflow("ask_refused_connections")
async def ask_refused_connections(_scheduled: Any, _context: Any) -> None:
    """See whether providers that refused the hub's app accept it again."""
    await _ask_refused()


@durable.workflow("keep_connections_alive")
async def keep_connections_alive(_scheduled: Any, _context: Any) -> None:
    """Use idle connections, so that their refresh tokens do not expire."""
    await _keep_alive()


@durable.workflow("keep_inputs_in_order")
async def keep_inputs_in_order(_scheduled: Any, _context: Any) -> None:
    """Remove uploads that nobody needs and what callers of the API left behind; end analyses that were lost."""
    await _order_inputs()


@durable.workflow("apply_retention")
async def apply_retention(_scheduled: Any, _context: Any) -> None:
    """Delete what is past its time."""
    await _retain()


@durable.workflow(FORGET_CONNECTION)
async def forget_connection_data(connection_id: str) -> None:
    """The account's owner removed the app: nothing of that account stays."""
    await _forget(connection_id)


@durable.step("reconcile")
async def _reconcile() -> int:
    return await asyncio.to_thread(reconciliation.begin, runtimes.current())


@durable.step("resume")
async def _resume() -> int:
    runtime = runtimes.current()
    recordings = await asyncio.to_thread(resume_recordings, runtime)
    return recordings + await asyncio.to_thread(resume_deliveries, runtime)


@durable.step("ask_refused")
async def _ask_refused() -> int:
    return await ask_refused_again(runtimes.current())


@durable.step("keep_alive")
async def _keep_alive() -> None:
    await keep_alive(runtimes.current())


@durable.step("retain")
async def _retain() -> int:
    runtime = runtimes.current()
    await retention.forget_finished(runtime.clock())
    analyses = await asyncio.to_thread(inputs.forget_expired_analyses, runtime)
    analyses += await asyncio.to_thread(forget_expired_sessions, runtime)
    analyses += await asyncio.to_thread(forget_expired_messages, runtime)
    await asyncio.to_thread(forget_expired_tokens, runtime)
    analyses += await asyncio.to_thread(forget_unrecorded, runtime)
    return analyses + await asyncio.to_thread(forgetting.forget_expired, runtime)


@durable.step("order_inputs")
async def _order_inputs() -> int:
    runtime = runtimes.current()
    await asyncio.to_thread(forget_answers, runtime)
    await asyncio.to_thread(forget_windows, runtime.database, runtime.clock() - _FORGET_WINDOWS)
    await asyncio.to_thread(inputs.fail_lost_jobs, runtime)
    await asyncio.to_thread(fail_lost_runs, runtime)
    await asyncio.to_thread(expire_sessions, runtime)
    await asyncio.to_thread(forget_readings, runtime)
    return await asyncio.to_thread(inputs.sweep_inputs, runtime)


@durable.step("forget_connection")
async def _forget(connection_id: str) -> int:
    runtime = runtimes.current()
    organisation_id = await asyncio.to_thread(forgetting.organisation_of, runtime, connection_id)
    if organisation_id is None:
        return 0
    key = ConnectionKey(organisation_id, connection_id)
    await asyncio.to_thread(forget, runtime, key, "hub", "the app was removed at the provider")
    return await asyncio.to_thread(forgetting.forget_connection, runtime, connection_id)
