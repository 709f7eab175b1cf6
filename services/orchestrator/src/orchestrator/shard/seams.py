"""What the shard's shell needs of the world, and nothing more. A simulator can stand behind these."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from hawker.contracts.commands import Command
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Outgoing, Position, Positions, Recorded
from orchestrator.core.decide import Input

type Pause = Callable[[float], Awaitable[None]]
"""Let so many seconds pass."""


class Clock(Protocol):
    def now(self) -> datetime: ...


class JournalWriter(Protocol):
    """The only writer of one shard's journal. Its epoch fences the owner before."""

    async def open(self) -> None:
        """Fence the former owner and settle its open transaction. Raises Fenced or Unavailable."""

    async def commit(self, facts: Sequence[Outgoing[Fact]], commands: Sequence[Outgoing[Command]]) -> None:
        """All or nothing. Raises Fenced, or OutcomeUnknown after which this writer must be thrown away."""

    async def close(self) -> None:
        """Let go of the connection; never raises."""


class JournalReader(Protocol):
    async def end(self, partition: int) -> Position:
        """The last stable offset: everything before it is settled."""

    def read(self, partition: int, start: Position, end: Position) -> AsyncIterator[Sequence[Recorded[Fact]]]:
        """Committed facts from `start` up to `end`, in order, page by page."""


class Inbox(Protocol):
    """One shard's requests and outcomes."""

    async def seek(self, positions: Positions) -> None:
        """Begin at these positions; topics that are not named begin at their earliest record."""

    async def take(self, count_max: int, wait_seconds: float, *, hold_requests: bool = False) -> Sequence[Recorded[Input]]:
        """What is there, or what comes first within `wait_seconds`. Outcomes are never held back."""

    async def hint(self, positions: Positions) -> None:
        """Tell lag tools how far the shard is. May fail quietly; nothing depends on it."""

    async def close(self) -> None: ...


class Outbox(Protocol):
    """Where inputs go that are not for this shard to decide. Each call returns once the record is safe."""

    async def forward(self, recorded: Recorded[Input]) -> None:
        """To the shard that owns the tenant."""

    async def dead_letter(self, recorded: Recorded[Input], reason: str) -> None: ...
