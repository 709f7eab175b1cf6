"""What flea wants of every listing and sellers leave out, from the defaults file. Reads it once, at the start."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Defaults(BaseModel):
    model_config = ConfigDict(frozen=True)

    category: str = "Everything else"
    condition: str = "new"
    currency: str = "USD"


def load(path: Path | None) -> Defaults:
    """Raises OSError, tomllib.TOMLDecodeError or pydantic.ValidationError: a process with broken defaults must not start."""
    if path is None:
        return Defaults()
    return Defaults.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
