"""What the Etsy worker reads from its environment, and the seller's defaults from their file."""

import tomllib
from pathlib import Path

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from etsy_worker.etsy.auth import App
from etsy_worker.etsy.terms import Defaults


class EtsySettings(BaseSettings):
    """Where Etsy is, and who we are there: the keystring and the shared secret of one registered application."""

    model_config = SettingsConfigDict(env_prefix="HAWKER_ETSY_", frozen=True)

    api_url: str = "https://openapi.etsy.com"
    keystring: str
    shared_secret: SecretStr

    @property
    def app(self) -> App:
        return App(self.keystring, self.shared_secret)


class DefaultsError(ValueError):
    """The defaults cannot be used; the text names the file and says why."""


def load_defaults(path: Path | None) -> Defaults:
    """Raises DefaultsError."""
    if path is None:
        raise DefaultsError("HAWKER_DEFAULTS_FILE names no file: Etsy needs at least a taxonomy_id for products that have none")
    try:
        return Defaults.model_validate(tomllib.loads(path.read_text()))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise DefaultsError(f"{path}: {fault}") from None
    except ValidationError as fault:
        faults = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_url=False))
        raise DefaultsError(f"{path}: {faults}") from None
