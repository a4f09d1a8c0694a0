"""Everything that one process tells Prometheus."""

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest

from hub.observability.requests import RequestMetrics
from hub.observability.store import StoreMetrics
from hub.runtime import Runtime


class Metrics:
    """The metrics of one application: what it counted itself, and what the store says when it is asked."""

    def __init__(self, runtime: Runtime) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self.requests = RequestMetrics(self._registry)
        self._registry.register(StoreMetrics(runtime))

    def page(self) -> bytes:
        """In Prometheus' text format. Asks the store: call it in a thread."""
        return generate_latest(self._registry)
