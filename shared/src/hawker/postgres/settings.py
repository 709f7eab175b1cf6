"""Where PostgreSQL is and how patient we are with it, from the environment. Never prints the password."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class PostgresSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HAWKER_POSTGRES_", frozen=True)

    dsn: SecretStr
    """postgresql://user:password@host:port/database"""
    connections_max: int = Field(default=10, ge=1)
    command_timeout_seconds: float = Field(default=10.0, gt=0)
    connect_timeout_seconds: float = Field(default=5.0, gt=0)
    idle_seconds_max: float = Field(default=300.0, gt=0)
    """A connection that nobody used for so long is closed."""
