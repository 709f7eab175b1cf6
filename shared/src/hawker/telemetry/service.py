"""A process's telemetry from its first line to its last. The one call of every `__main__`; decides nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from hawker.telemetry.logging import set_up_logging
from hawker.telemetry.settings import TelemetrySettings
from hawker.telemetry.tracing import set_up_tracing, shut_down_tracing


@contextmanager
def telemetry(service: str, settings: TelemetrySettings | None = None) -> Iterator[None]:
    """Logging and, where an endpoint is named, tracing; spans that are still held are sent at the end."""
    settings = settings or TelemetrySettings()
    set_up_logging(service, settings.instance, settings.log_level)
    set_up_tracing(service, settings.instance)
    try:
        yield
    finally:
        shut_down_tracing()
