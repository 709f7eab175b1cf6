"""Where the log is and how this process speaks to it, from `HAWKER_KAFKA_...`."""

import re
import ssl
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, FilePath, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from hawker.contracts.topics import Topics


def _addresses(text: str) -> str:
    """Raises ValueError: the client would raise it much later, and less clearly."""
    if not re.fullmatch(r"\s*[^\s,:]+(:\d{1,5})?(\s*,\s*[^\s,:]+(:\d{1,5})?)*\s*|\s*\[[0-9a-fA-F:.]+\](:\d{1,5})?\s*", text):
        raise ValueError("give one or more brokers as host:port,host:port")
    return text


class KafkaSettings(BaseSettings):
    """`shards` is the partition count of the sharded topics: it is part of the data and never changes.

    A member that is silent for `session_timeout_seconds` is replaced.
    """

    model_config = SettingsConfigDict(env_prefix="HAWKER_KAFKA_", frozen=True, extra="ignore")

    bootstrap: Annotated[str, AfterValidator(_addresses)]
    topic_prefix: str = Field(default="hawker", pattern=r"^[A-Za-z0-9._-]{1,100}$")
    shards: int = Field(default=12, ge=1, le=1024)
    command_partitions: int = Field(default=12, ge=1, le=1024)
    replication: int = Field(default=1, ge=1, le=5)
    session_timeout_seconds: float = Field(default=30.0, ge=1)
    linger_ms: int = Field(default=0, ge=0, le=1000)
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "PLAIN"
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ca_file: FilePath | None = None

    @property
    def topics(self) -> Topics:
        return Topics(self.topic_prefix)

    def connection(self) -> dict[str, Any]:  # Any: keyword arguments of clients that have no types
        """What every client needs to reach and trust the brokers."""
        found: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": self.security_protocol}
        if self.security_protocol.endswith("SSL"):
            found["ssl_context"] = ssl.create_default_context(cafile=self.ca_file)
        if self.security_protocol.startswith("SASL"):
            found["sasl_mechanism"] = self.sasl_mechanism
            found["sasl_plain_username"] = self.sasl_username
            found["sasl_plain_password"] = self.sasl_password.get_secret_value() if self.sasl_password else None
        return found
