"""Who is speaking and how much it says, from `HAWKER_...`."""

import os
import socket
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _host_and_process() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


class TelemetrySettings(BaseSettings):
    """`instance` names this process among its like. Tracing is OpenTelemetry's: `OTEL_EXPORTER_OTLP_ENDPOINT` turns it on."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_", frozen=True, extra="ignore")

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    instance: str = Field(default_factory=_host_and_process)
