"""Counts and times the requests of one process."""

from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import Scope

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_NO_ROUTE: Final = "none"
_METHODS: Final = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "WEBSOCKET"}
_OTHER: Final = "OTHER"


class RequestMetrics:
    """By method, route template and status; what matches no route is one route, whoever asks for whatever."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answered = Counter(
            "hub_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self._took = Histogram(
            "hub_http_request_seconds", "From the first byte to the last.", ("method", "route"),
            buckets=_SECONDS, registry=registry,
        )  # fmt: skip
        self._limited = Counter("hub_rate_limited_requests", "Requests answered with 429.", registry=registry)
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self._timers: dict[tuple[str, str], Histogram] = {}

    def request_ended(self, scope: Scope, status: int, seconds: float) -> None:
        """Count it; connections of WebSockets are not timed, since they last as long as their clients want."""
        method, route = _method(scope), _route(scope)
        key = (method, route, status)
        if key not in self._counters:
            self._counters[key] = self._answered.labels(method, route, str(status))
        self._counters[key].inc()
        if status == 429:
            self._limited.inc()
        if scope["type"] == "http":
            self._time(method, route).observe(seconds)

    def _time(self, method: str, route: str) -> Histogram:
        if (method, route) not in self._timers:
            self._timers[method, route] = self._took.labels(method, route)
        return self._timers[method, route]


def _method(scope: Scope) -> str:
    method = str(scope.get("method", "WEBSOCKET"))
    return method if method in _METHODS else _OTHER


def _route(scope: Scope) -> str:
    """The route's template, such as `/v1/result/{job_id}`: addresses themselves hold ids."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", None) or _NO_ROUTE)
