"""What the bridge reads from its environment."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hawker.contracts.plugin_policy import allowed_host

NAME = "plugin-bridge"
"""What this service is called in the log, and its consumer group."""


class BridgeSettings(BaseSettings):
    """`origins` are the extensions that may connect, to the letter, with commas between: `chrome-extension://<id>`."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_BRIDGE_", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8090, ge=0, le=65535)
    origins: Annotated[tuple[str, ...], NoDecode] = Field(min_length=1)

    @field_validator("origins", mode="before")
    @classmethod
    def _split(cls, text: object) -> object:
        return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


class FleaSettings(BaseSettings):
    """Where flea is: the one host that a flea seller's browser is sent to."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_FLEA_", frozen=True)

    url: str

    @field_validator("url")
    @classmethod
    def _may_be_fetched(cls, url: str) -> str:
        allowed_host(url)
        return url.rstrip("/")

    @property
    def host(self) -> str:
        return allowed_host(self.url)
