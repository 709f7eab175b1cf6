"""What a token says of itself. It is read here and believed by nobody: the gateway checks the signature."""

import base64
import binascii

from pydantic import BaseModel, ConfigDict, Field, ValidationError

_END_MAX = 253_402_300_799
"""The last second of the year 9999."""


class Claims(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    sub: str = "nobody"
    tenant: str = "no tenant"
    role: str = "no role"
    exp: float | None = Field(default=None, ge=0, le=_END_MAX)


def read_claims(token: str) -> Claims | None:
    """None where it is no JWT."""
    parts = token.split(".")
    if len(parts) != 3:  # noqa: PLR2004  # head, body, signature
        return None
    try:
        return Claims.model_validate_json(base64.urlsafe_b64decode(parts[1] + "=="))
    except (binascii.Error, ValidationError, ValueError):
        return None
