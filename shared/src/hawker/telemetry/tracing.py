"""Traces across topics: a W3C `traceparent` travels in every envelope, and spans hang on it. Off, and cheap, unless an endpoint is set."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import Span, SpanContext, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

FLUSH_MS_MAX = 3000
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_propagator = TraceContextTextMapPropagator()


def set_up_tracing(service: str, instance: str) -> bool:
    """Whether spans are exported: only where an endpoint is named. Sampling and headers are OpenTelemetry's own variables."""
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return False
    # Imported here: a service that traces nothing loads no exporter.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - see above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - see above

    provider = TracerProvider(
        resource=Resource.create({"service.name": service, "service.namespace": "hawker", "service.instance.id": instance})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return True


def shut_down_tracing() -> None:
    """Sends what is held, within FLUSH_MS_MAX."""
    provider = trace.get_tracer_provider()
    flush, shutdown = getattr(provider, "force_flush", None), getattr(provider, "shutdown", None)
    if flush is not None and shutdown is not None:
        flush(FLUSH_MS_MAX)
        shutdown()


def new_traceparent() -> str:
    """The beginning of a trace where no span is open, so that log lines of one request can be found together."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def current_traceparent() -> str | None:
    """What a message sent now should carry."""
    return traceparent_of(trace.get_current_span().get_span_context())


def traceparent_of(span: SpanContext) -> str | None:
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}" if span.is_valid else None


@contextmanager
def consumer_span(
    destination: str, traceparent: str | None, attributes: Mapping[str, str | int] | None = None, *, operation: str = "process"
) -> Iterator[Span]:
    """Handling one message of `destination`, as a child of what sent it; its ids stand in every log line meanwhile."""
    parent = _propagator.extract({"traceparent": traceparent}) if traceparent else context.Context()
    with _tracer().start_as_current_span(
        f"{operation} {destination}",
        context=parent,
        kind=SpanKind.CONSUMER,
        attributes=_messaging(destination, operation, "process") | dict(attributes or {}),
    ) as span:
        yield span


@contextmanager
def producer_span(destination: str, attributes: Mapping[str, str | int] | None = None) -> Iterator[str | None]:
    """Sending to `destination`; gives the traceparent for the envelope. None where there is no trace to continue."""
    with _tracer().start_as_current_span(
        f"send {destination}",
        kind=SpanKind.PRODUCER,
        attributes=_messaging(destination, "send", "send") | dict(attributes or {}),
    ):
        yield current_traceparent()


def _messaging(destination: str, operation: str, operation_type: str) -> dict[str, str | int]:
    return {
        "messaging.system": "kafka",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation_type,
        "messaging.destination.name": destination,
    }


def _tracer() -> trace.Tracer:
    return trace.get_tracer("hawker")
