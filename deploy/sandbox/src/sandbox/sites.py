"""A marketplace as the desk sees it: its operations in a table, how it knows a caller and how it says no."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from sandbox.calls import Answer, Call, JsonObject
from sandbox.faults import Fault
from sandbox.pace import Allowance


class Reads(StrEnum):
    """What a route's body is."""

    NOTHING = ""
    JSON = "application/json"
    FORM = "application/x-www-form-urlencoded"
    PARTS = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Route:
    """`identify` gives the account that calls, or the answer that refuses it."""

    method: str
    path: str
    operation: str
    act: Callable[[Call], Answer]
    identify: Callable[[Call], str | Answer]
    reads: Reads = Reads.NOTHING
    counted: bool = True
    """A buyer's page is no call of a seller."""


class Site(Protocol):
    name: str

    @property
    def routes(self) -> Sequence[Route]: ...

    def refuse(self, fault: Fault, call: Call) -> Answer:
        """What a fault that fires before anything happens looks like here."""

    def server_error(self) -> Answer: ...

    def throttled(self, retry_after_seconds: float) -> Answer: ...

    def unreadable(self) -> Answer:
        """A body that is not what the route reads."""

    def dress(self, answer: Answer, allowance: Allowance) -> Answer:
        """The headers that every answer of this marketplace carries."""

    def listings(self) -> Sequence[JsonObject]:
        """What stands there now."""

    def live(self) -> int: ...

    def duplicates(self) -> int:
        """How often one product of one account stands there more than once, counted beyond the first."""

    def reset(self) -> None:
        """Everything listed is gone; tokens stay, so that accounts stay connected."""


def anyone(call: Call) -> str | Answer:
    """A route that asks for no account."""
    return call.account


def counted_beyond_first(keys: Sequence[object]) -> int:
    return len(keys) - len(set(keys))
