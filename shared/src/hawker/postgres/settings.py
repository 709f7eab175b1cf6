"""Where PostgreSQL is and how patient we are with it, from the environment. Never prints the password."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _address(dsn: SecretStr) -> SecretStr:
    """Raises ValueError, without a word of what was given: the driver would repeat it."""
    try:
        parts = urlsplit(dsn.get_secret_value())
        is_one = parts.scheme in {"postgres", "postgresql"} and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise ValueError(
            "give postgresql://user:password@host:port/database, with signs such as @ or / in a password written as %40 or %2F"
        )
    return dsn


class PostgresSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HAWKER_POSTGRES_", frozen=True)

    dsn: Annotated[SecretStr, AfterValidator(_address)]
    """postgresql://user:password@host:port/database"""
    connections_max: int = Field(default=10, ge=1)
    command_timeout_seconds: float = Field(default=10.0, gt=0)
    connect_timeout_seconds: float = Field(default=5.0, gt=0)
    idle_seconds_max: float = Field(default=300.0, gt=0)
    """A connection that nobody used for so long is closed."""
