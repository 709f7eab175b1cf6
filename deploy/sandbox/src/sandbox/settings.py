"""What the stand-ins are told from outside: ports, delays, limits. A port of 0 means a free one."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

EBAY_TOKEN_SECONDS = 7_200.0
ETSY_TOKEN_SECONDS = 3_600.0


class SandboxSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HAWKER_SANDBOX_", frozen=True)

    host: str = "127.0.0.1"
    ebay_port: int = 0
    etsy_port: int = 0
    flea_port: int = 0
    pictures_port: int = 0
    control_port: int = 0
    latency_ms: float = Field(default=0.0, ge=0)
    """Added to every marketplace call; pictures and control answer at once."""
    ebay_token_seconds: float = Field(default=EBAY_TOKEN_SECONDS, gt=0)
    etsy_token_seconds: float = Field(default=ETSY_TOKEN_SECONDS, gt=0)
    ebay_calls_per_second: int | None = Field(default=None, ge=1)
    etsy_calls_per_second: int | None = Field(default=None, ge=1)
    flea_calls_per_second: int | None = Field(default=None, ge=1)
    """Per account; without one everything passes."""
