"""What a worker reads from its environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class WorkerSettings(BaseSettings):
    """How much a worker does at once, and how long it waits for itself."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_WORKER_")

    in_flight_max: int = Field(default=200, ge=1)
    """Attempts under way in this process."""
    span_max: int = Field(default=2000, ge=1)
    """Offsets from the oldest unfinished attempt of a partition to the newest: what a crash repeats at most."""
    batch_records_max: int = Field(default=500, ge=1)
    """Records taken from the log at once."""
    commit_interval_seconds: float = Field(default=0.5, gt=0)
    drain_seconds_max: float = Field(default=35, gt=0)
    """How long running attempts may still take when the process is told to stop or loses a partition."""


class CredentialSettings(BaseSettings):
    """`keys` is `name:base64key,older:base64key`: the first encrypts, all decrypt."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_CREDENTIALS_")

    keys: SecretStr


class MarketplaceSettings(BaseSettings):
    """What every marketplace's worker needs beside its own addresses."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_")

    defaults_file: Path | None = None
    """TOML with what sellers leave out and this marketplace wants."""
    pictures_base_url: str | None = None
    """Replaces scheme and host of every picture's address: a mirror, or a test's own picture host."""
