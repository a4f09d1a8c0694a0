"""OpenTelemetry traces, off until there is somewhere to send them.

Spans say which route, workflow, step, analysis process and delivery; never addresses with ids, bodies, people or keys.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import AttributeValue

from hub import __version__
from hub.settings import Settings, Tracing

_STANDARD: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PATH: Final = "/v1/traces"
_TRACEPARENT: Final = "traceparent"
_context: Final = TraceContextTextMapPropagator()


def is_wanted(settings: Settings) -> bool:
    """Whether there is somewhere to send traces."""
    return bool(settings.tracing.endpoint) or any(os.environ.get(name) for name in _STANDARD)


@contextmanager
def exported(settings: Settings) -> Iterator[None]:
    """Send this process's spans where the settings say, the last ones when the block ends. Once for each process."""
    if not is_wanted(settings):
        yield
        return
    provider = _provider(settings.tracing)
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def _provider(wanted: Tracing) -> TracerProvider:
    exporter = OTLPSpanExporter(endpoint=wanted.endpoint.rstrip("/") + _PATH) if wanted.endpoint else OTLPSpanExporter()
    resource = Resource.create({"service.name": wanted.service_name, "service.version": __version__})
    provider = TracerProvider(resource=resource, sampler=ParentBasedTraceIdRatio(wanted.sample))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


@contextmanager
def span(
    name: str, kind: SpanKind = SpanKind.INTERNAL, parent: str | None = None, **facts: AttributeValue
) -> Iterator[Span]:
    """A span around the block, under the current one, or under `parent` (a W3C `traceparent`).

    An error that leaves the block marks it by its class alone: messages may name people.
    """
    tracer = trace.get_tracer("hub", __version__)
    context = _read(parent)
    with tracer.start_as_current_span(
        name, context, kind, attributes=_dotted(facts), record_exception=False, set_status_on_exception=False
    ) as begun:
        try:
            yield begun
        except Exception as error:
            begun.set_attribute("error.type", type(error).__qualname__)
            begun.set_status(Status(StatusCode.ERROR))
            raise


def traceparent() -> str | None:
    """The current span as W3C's `traceparent`; None outside of any."""
    carrier: dict[str, str] = {}
    _context.inject(carrier)
    return carrier.get(_TRACEPARENT)


def _read(parent: str | None) -> Context | None:
    return _context.extract({_TRACEPARENT: parent}) if parent else None


def _dotted(facts: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    """Keywords cannot hold the dots that attributes are named with."""
    return {name.replace("__", "."): value for name, value in facts.items()}
