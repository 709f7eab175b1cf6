"""Where the gateway listens and whose tokens it believes, from the environment."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class GatewaySettings(BaseSettings):
    """`jwks_url` is an http(s):// or file:// address of the issuer's public keys. Without `jwt_issuer` any issuer among those keys will do."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_", frozen=True, extra="ignore")

    gateway_host: str = "127.0.0.1"
    gateway_port: int = Field(default=8080, ge=0, le=65535)
    jwks_url: str = Field(pattern="^(https?|file)://")
    jwt_issuer: str | None = None
    jwt_audience: str = "hawker"
