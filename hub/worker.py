"""The engine with every feature's workflows: in `hub serve` beside the web, in `hub worker` alone."""

import asyncio
import signal

import structlog

import hub.analysis.workflows
import hub.deliveries.workflows  # registers the workflows
import hub.meetings.workflows  # noqa: F401 likewise
from connectors import registry
from connectors.base.manifest import Manifest, RateLimit
from hub import runtime as runtimes
from hub.accounts.regions import require_region
from hub.analysis.housekeeping import sweep_inputs
from hub.analysis.uploads import storage_id
from hub.analysis.warm import close_pool
from hub.connections.startup import check_providers
from hub.crm import workflows as crm
from hub.deliveries import deadlines
from hub.engine import queues
from hub.engine.launch import Engine
from hub.engine.queues import Queue
from hub.ingest import workflows as ingest_workflows
from hub.meetings import housekeeping
from hub.meetings.media import sweep
from hub.migrations.upgrade import upgrade
from hub.observability import tracing
from hub.runtime import Runtime

_UNDECLARED = RateLimit(calls=10, period_s=1)
_log = structlog.get_logger(__name__)


def prepare(runtime: Runtime) -> Engine:
    """Take the store and bring its schema up to date.

    Raises `hub.engine.lock.StoreInUse` when another process has the SQLite file, `RegionDiffers` when the store's data
    belongs into another region, and `ManifestError` when a connector's manifest or a provider's settings cannot work.
    """
    check_providers(runtime.settings)
    runtimes.install(runtime)
    engine = Engine(runtime)
    engine.claim()
    upgrade(runtime.database)
    require_region(runtime)
    sweep(runtime.settings.media_dir)
    sweep_inputs(runtime)
    return engine


async def launch(runtime: Runtime, engine: Engine) -> None:
    """Start the engine with every feature's workflows. Call inside the running event loop."""
    schedules = [
        *housekeeping.schedules(runtime.settings),
        *ingest_workflows.schedules(),
        *deadlines.schedules(),
        *crm.schedules(),
    ]
    await engine.start(_queues(runtime), schedules)
    _log.info("engine.started", executor=engine.executor_id)


async def run(runtime: Runtime) -> None:
    """Work until SIGTERM or SIGINT, then finish what is under way."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    engine = prepare(runtime)
    with tracing.exported(runtime.settings):
        await launch(runtime, engine)
        await stopping.wait()
        await close_pool()
        await engine.stop()


def _queues(runtime: Runtime) -> list[Queue]:
    settings = runtime.settings
    outbound = [_outbound(manifest, settings.deliveries_at_once) for manifest in registry.all_manifests()]
    inputs = queues.of_inputs(storage_id(settings.media_dir), settings.analyses_at_once)
    return [*queues.standard(settings.analyses_at_once, settings.deliveries_at_once), *inputs, *outbound]


def _outbound(manifest: Manifest, at_once: int) -> Queue:
    limit = manifest.rate_limit or _UNDECLARED
    return Queue(queues.outbound(manifest.id), at_once, calls=limit.calls, period_s=limit.period_s)
