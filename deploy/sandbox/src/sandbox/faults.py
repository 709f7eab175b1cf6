"""Faults on demand: which one fires for which account and operation, and how often. Decides only; the desk carries it out."""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from sandbox.calls import JsonObject

ANY = "*"
TOKEN = "token"  # noqa: S105 - the name of an operation
"""Getting a token is no operation of a seller: it has no pace, and a fault for any operation leaves it alone."""
FAULTS_MAX = 1_000


class FaultKind(StrEnum):
    LATENCY = "latency"
    """The answer comes `delay_seconds` late."""
    THROTTLE = "throttle"
    """429, with Retry-After."""
    SERVER_ERROR = "server_error"
    """500, and nothing happened."""
    ERROR_AFTER_EFFECT = "error_after_effect"
    """500, although it happened."""
    TIMEOUT_AFTER_EFFECT = "timeout_after_effect"
    """It happens, and then nothing is heard for `delay_seconds`."""
    LOST_ANSWER = "lost_answer"
    """It happens, and the connection is closed without an answer."""
    INVALID_TOKEN = "invalid_token"  # noqa: S105 - the name of a fault
    """401; the access token is dead from now on, so only a refreshed one passes."""
    CHALLENGE = "challenge"
    """A page that asks whether a person is there (browser-only sites)."""


BEFORE_EFFECT = frozenset({FaultKind.THROTTLE, FaultKind.SERVER_ERROR, FaultKind.INVALID_TOKEN, FaultKind.CHALLENGE})


class Fault(BaseModel):
    """A planned fault. It lets the first `skip` calls that match pass, and then hits `times` of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    marketplace: str = Field(pattern="^(ebay|etsy|flea)$")
    operation: str = ANY
    account: str = ANY
    kind: FaultKind
    times: int = Field(default=1, ge=1, le=1_000_000)
    skip: int = Field(default=0, ge=0)
    retry_after_seconds: float = Field(default=1.0, ge=0)
    delay_seconds: float = Field(default=30.0, ge=0, le=600)


class _Planned:
    __slots__ = ("fault", "fired", "skipped")

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.fired = 0
        self.skipped = 0

    def matches(self, marketplace: str, account: str, operation: str) -> bool:
        fault = self.fault
        return (
            self.fired < fault.times
            and fault.marketplace == marketplace
            and _covers(fault.operation, operation)
            and fault.account in {ANY, account}
        )


def _covers(wanted: str, operation: str) -> bool:
    return wanted == operation or (wanted == ANY and operation != TOKEN)


class Faults:
    """The plan. Of several that match, the one planned first fires."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []

    def plan(self, fault: Fault) -> bool:
        """False when the plan is full."""
        if len(self._planned) >= FAULTS_MAX:
            return False
        self._planned.append(_Planned(fault))
        return True

    def clear(self) -> None:
        self._planned.clear()

    def take(self, marketplace: str, account: str, operation: str) -> Fault | None:
        """The fault that this call meets; it counts as fired."""
        for planned in self._planned:
            if not planned.matches(marketplace, account, operation):
                continue
            if planned.skipped < planned.fault.skip:
                planned.skipped += 1
                continue
            planned.fired += 1
            return planned.fault
        return None

    def report(self) -> Sequence[JsonObject]:
        return [{**planned.fault.model_dump(mode="json"), "fired": planned.fired} for planned in self._planned]
