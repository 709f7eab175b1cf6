"""Who is speaking and how much it says, from `HAWKER_...`."""

import os
import socket
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _host_and_process() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class TelemetrySettings(BaseSettings):
    """`instance` names this process among its like. `OTEL_EXPORTER_OTLP_ENDPOINT` turns tracing and metrics on, OpenTelemetry's way."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_", frozen=True, extra="ignore")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    instance: str = Field(default_factory=_host_and_process)
    metrics_port: int | None = Field(default=None, ge=0, le=65_535)
    """Where Prometheus may ask; 0 takes a free port, the log says which. Unset: nowhere."""
    metrics_host: str = "127.0.0.1"
