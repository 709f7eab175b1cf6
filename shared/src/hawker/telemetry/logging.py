"""Log lines: one JSON object each, on stdout, from structlog and from the standard library alike. Never blocks, never rotates."""

import logging
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any, TextIO

import structlog
from opentelemetry import trace
from structlog.typing import Processor, WrappedLogger

from hawker.telemetry.redaction import redact

QUIET = {
    "aiokafka": logging.WARNING,
    "faststream": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "uvicorn.access": logging.WARNING,
    "websockets": logging.WARNING,
}
"""Libraries that tell of every batch, call or rebalance at INFO: our own lines say it once, with our words."""

type Event = MutableMapping[str, Any]  # Any: whatever is logged


def set_up_logging(service: str, instance: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """From now on every line of this process carries `service`, `instance` and the ids of the running trace."""
    processors = _processors(service, instance)
    out = stream or sys.stdout
    structlog.configure(
        processors=[*processors, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(file=out),
    )
    logging.basicConfig(level=level, handlers=[_handler(processors, out)], force=True)
    for name, quiet_level in QUIET.items():
        logging.getLogger(name).setLevel(max(quiet_level, logging.getLevelNamesMapping()[level]))


def _processors(service: str, instance: str) -> Sequence[Processor]:
    def add_origin(_logger: WrappedLogger, _method: str, event: Event) -> Event:
        event["service"], event["instance"] = service, instance
        return event

    return (
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_origin,
        add_trace,
        structlog.processors.format_exc_info,
        _redacted,
    )


def add_trace(_logger: WrappedLogger, _method: str, event: Event) -> Event:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"], event["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return event


def _redacted(_logger: WrappedLogger, _method: str, event: Event) -> Event:
    return redact(event)


def _handler(processors: Sequence[Processor], stream: TextIO) -> logging.Handler:
    """The standard library's lines take the same way as structlog's own."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *processors],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        )
    )
    return handler
