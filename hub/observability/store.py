"""What the store says when Prometheus asks: the same in every process, so take the highest, not the sum."""

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

import sqlalchemy as sa
import structlog
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlmodel import Session, col

from hub.analysis.models import AnalysisJob
from hub.deliveries.models import Delivery, DeliveryState
from hub.engine.depths import depths, heartbeats
from hub.meetings.models import Meeting
from hub.observability.hops import at_quantiles, hop_seconds
from hub.runtime import Runtime
from hub.sessions.models import LiveSession

_log = structlog.get_logger(__name__)

_ASK_EVERY_S: Final = 5.0
"""Whoever scrapes more often sees the same figures again."""


class StoreMetrics(Collector):
    """Queues, heartbeats, deliveries, meetings, analyses, sessions. `hub_store_up` is 0 while the store is away."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._lock = threading.Lock()
        self._asked_at = -_ASK_EVERY_S
        self._known: list[Metric] = []

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks the store nothing."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Every figure."""
        with self._lock:
            if time.monotonic() - self._asked_at >= _ASK_EVERY_S:
                self._known = self._ask()
                self._asked_at = time.monotonic()
            return list(self._known)

    def _ask(self) -> list[Metric]:
        up = GaugeMetricFamily("hub_store_up", "Whether the store answers.")
        try:
            found = [*self._of_engine(), *self._of_rows()]
        except sa.exc.SQLAlchemyError as error:
            _log.warning("metrics.store_away", error=type(error).__name__)
            found = []
        up.add_metric([], float(bool(found)))
        return [up, *found]

    def _of_engine(self) -> Iterator[Metric]:
        now_ms = self._runtime.clock().timestamp() * 1000
        waiting = GaugeMetricFamily("hub_queue_depth", "Work in a queue.", labels=("queue", "state"))
        oldest = GaugeMetricFamily("hub_queue_oldest_seconds", "Age of its oldest work.", labels=("queue", "state"))
        for depth in depths(self._runtime.database):
            waiting.add_metric([depth.queue, depth.state], depth.count)
            oldest.add_metric([depth.queue, depth.state], max(0.0, (now_ms - depth.oldest_ms) / 1000))
        beats = GaugeMetricFamily("hub_engine_heartbeat_age_seconds", "Silence of a process.", labels=("executor",))
        for executor, age in heartbeats(self._runtime.database).items():
            beats.add_metric([executor], age)
        yield from (waiting, oldest, beats)

    def _of_rows(self) -> Iterator[Metric]:
        with self._runtime.database.transaction() as session:
            yield _count(session, "hub_deliveries", "Deliveries.", Delivery, "kind", "state")
            yield _count(session, "hub_meetings", "Meetings.", Meeting, "provider", "state")
            yield _count(session, "hub_analysis_jobs", "Inputs of the API.", AnalysisJob, "kind", "state")
            yield _count(session, "hub_sessions", "Live sessions.", LiveSession, "state")
            yield self._oldest_delivery(session)
            yield from self._hops(session)

    def _oldest_delivery(self, session: Session) -> Metric:
        pending = sa.select(sa.func.min(Delivery.created_at)).where(col(Delivery.state) == DeliveryState.PENDING)
        since = session.connection().execute(pending).scalar()
        age = 0.0 if since is None else (self._runtime.clock() - since).total_seconds()
        text = "Age of the oldest delivery that is not finished."
        return GaugeMetricFamily("hub_deliveries_oldest_pending_seconds", text, value=max(0.0, age))

    def _hops(self, session: Session) -> Iterator[Metric]:
        text = "Meetings of the last hour, from their end to the CRM."
        seconds = GaugeMetricFamily("hub_meeting_hop_seconds", text, labels=("hop", "quantile"))
        counts = GaugeMetricFamily("hub_meeting_hop_meetings", "How many meetings that is.", labels=("hop",))
        for hop, values in hop_seconds(session, self._runtime.clock()).items():
            counts.add_metric([hop], len(values))
            for share, value in at_quantiles(values).items():
                seconds.add_metric([hop, str(share)], value)
        yield from (seconds, counts)


def _count(session: Session, name: str, text: str, model: type[Any], *labels: str) -> Metric:
    columns = [getattr(model, label) for label in labels]
    family = GaugeMetricFamily(name, text, labels=labels)
    for *values, count in session.connection().execute(sa.select(*columns, sa.func.count()).group_by(*columns)):
        family.add_metric([str(value) for value in values], count)
    return family
