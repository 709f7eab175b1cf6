"""How an attempt can fail: six kinds, as values."""

from enum import StrEnum

from pydantic import Field

from hawker.contracts.words import Model


class FailureKind(StrEnum):
    TRANSIENT = "transient"
    """It did not happen and may work later."""
    THROTTLED = "throttled"
    """The marketplace asks us to wait; costs no retry."""
    REJECTED = "rejected"
    """It will never work as it is; a person must change something."""
    UNAUTHORISED = "unauthorised"
    """The account must be connected again."""
    NOT_CONNECTED = "not_connected"
    """The seller's browser is not there; costs no retry."""
    UNKNOWN = "unknown"
    """It may have happened: look before acting again."""


class Failure(Model):
    """Why an attempt failed.

    `reason` is for the seller, in plain words; `code` and `text` are the marketplace's own.
    Never holds a secret.
    """

    kind: FailureKind
    reason: str = Field(max_length=1000)
    code: str | None = Field(default=None, max_length=100)
    text: str | None = Field(default=None, max_length=2000)
    retry_after_seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
