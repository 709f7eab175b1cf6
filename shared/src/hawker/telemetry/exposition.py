"""Telling metrics: as Prometheus text on a port, and over OTLP where an endpoint is named. Never stops a service that could do its work."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader
from opentelemetry.sdk.resources import Resource

from hawker.telemetry.meter import begin_counting

FLUSH_MS_MAX = 3000
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")

log = structlog.get_logger(__name__)


@contextmanager
def exposed(service: str, instance: str, host: str, port: int | None) -> Iterator[int | None]:
    """Metrics are counted and told meanwhile. Gives the port: the one asked for, a free one for 0, None where none is open."""
    with _served(host, port) as open_port:
        readers = [*_pushed(), *([] if open_port is None else [_prometheus()])]
        with counted(service, instance, readers):
            yield open_port


@contextmanager
def counted(service: str, instance: str, readers: Sequence[MetricReader]) -> Iterator[None]:
    """Counting is on as long as anybody reads; what is held at the end is told within FLUSH_MS_MAX."""
    if not readers:
        yield
        return
    resource = Resource.create({"service.name": service, "service.namespace": "hawker", "service.instance.id": instance})
    provider = MeterProvider(readers, resource, shutdown_on_exit=False)
    begin_counting(provider.get_meter("hawker"))
    try:
        yield
    finally:
        begin_counting(None)
        provider.shutdown(FLUSH_MS_MAX)


@contextmanager
def _served(host: str, port: int | None) -> Iterator[int | None]:
    """A thread of its own answers whoever scrapes; a port that is taken costs the metrics, not the service."""
    if port is None:
        yield None
        return
    # Imported here: a service that tells nobody loads no server.
    from prometheus_client import start_http_server  # noqa: PLC0415 - see above

    try:
        server, thread = start_http_server(port, host)
    except OSError as fault:
        log.error("metrics are not told: the port cannot be opened", host=host, port=port, why=str(fault))
        yield None
        return
    log.info("metrics are told", host=host, port=server.server_port)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _prometheus() -> MetricReader:
    from opentelemetry.exporter.prometheus import PrometheusMetricReader  # noqa: PLC0415 - as above

    return PrometheusMetricReader(scope_info_enabled=False)


def _pushed() -> Sequence[MetricReader]:
    if not any(os.environ.get(name) for name in ENDPOINTS):
        return ()
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415 - as above
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415 - as above

    return (PeriodicExportingMetricReader(OTLPMetricExporter()),)
