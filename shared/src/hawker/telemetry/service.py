"""A process's telemetry from its first line to its last. The one call of every `__main__`; decides nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from hawker.telemetry.exposition import exposed
from hawker.telemetry.logging import set_up_logging
from hawker.telemetry.settings import TelemetrySettings
from hawker.telemetry.tracing import set_up_tracing, shut_down_tracing


@contextmanager
def telemetry(service: str, settings: TelemetrySettings | None = None) -> Iterator[None]:
    """Logging; tracing and metrics where somebody is named who wants them. What is still held is sent at the end."""
    settings = settings or TelemetrySettings()
    set_up_logging(service, settings.instance, settings.log_level)
    set_up_tracing(service, settings.instance)
    try:
        with exposed(service, settings.instance, settings.metrics_host, settings.metrics_port):
            yield
    finally:
        shut_down_tracing()
