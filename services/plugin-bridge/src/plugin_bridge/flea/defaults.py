"""What flea wants of every listing and sellers leave out, from the defaults file. Reads it once, at the start."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError


class Defaults(BaseModel):
    model_config = ConfigDict(frozen=True)

    category: str = "Everything else"
    condition: str = "new"
    currency: str = "USD"


class DefaultsError(ValueError):
    """The defaults cannot be used; the text names the file and says why. A process with broken ones must not start."""


def load(path: Path | None) -> Defaults:
    """Raises DefaultsError."""
    if path is None:
        return Defaults()
    try:
        return Defaults.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as fault:
        raise DefaultsError(f"{path}: {fault}") from None
    except ValidationError as fault:
        faults = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in fault.errors(include_url=False))
        raise DefaultsError(f"{path}: {faults}") from None
