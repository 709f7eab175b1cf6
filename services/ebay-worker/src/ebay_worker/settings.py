"""What the eBay worker reads from its environment, and the seller's defaults from their file."""

import tomllib
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from ebay_worker.ebay.auth import App
from ebay_worker.ebay.terms import Defaults


class EbaySettings(BaseSettings):
    """Where eBay is, and who we are there: the keys of one registered application."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_EBAY_", frozen=True)

    api_url: str = "https://api.ebay.com"
    media_url: str = "https://apim.ebay.com"
    site_url: str | None = None
    """Where buyers see listings; by default each marketplace's own site."""
    client_id: str
    client_secret: SecretStr

    @property
    def app(self) -> App:
        return App(self.client_id, self.client_secret)


class DefaultsError(ValueError):
    """The defaults cannot be used; the text names the file and says why."""


def load_defaults(path: Path | None) -> Defaults:
    """No file is no defaults: then every product must say all that eBay wants. Raises DefaultsError."""
    if path is None:
        return Defaults()
    try:
        return Defaults.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise DefaultsError(f"{path}: {fault}") from None
    except ValidationError as fault:
        faults = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_url=False))
        raise DefaultsError(f"{path}: {faults}") from None
