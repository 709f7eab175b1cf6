"""What the shard's shell needs of the world, and nothing more. A simulator can stand behind these."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from hawker.contracts.commands import Command
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Outgoing, Position, Positions, Recorded
from orchestrator.core.decide import Input
from orchestrator.snapshots.head import Head

type Pause = Callable[[float], Awaitable[None]]
"""Let so many seconds pass."""


class Clock(Protocol):
    def now(self) -> datetime: ...


class JournalWriter(Protocol):
    """The only writer of one shard's journal. Its epoch fences the owner before."""

    async def open(self) -> None:
        """Fence the former owner and settle its open transaction. Raises Fenced or Unavailable."""

    async def commit(self, facts: Sequence[Outgoing[Fact]], commands: Sequence[Outgoing[Command]]) -> Position | None:
        """All or nothing: the position after the last fact, None where the log did not say. Raises Fenced or OutcomeUnknown: throw this writer away then."""

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

    async def take(self, count_max: int, wait_seconds: float) -> Sequence[Recorded[Input]]:
        """What is there, outcomes first, or what comes first within `wait_seconds`."""

    async def hint(self, positions: Positions) -> None:
        """Tell lag tools how far the shard is. May fail quietly; nothing depends on it."""

    async def close(self) -> None: ...


class Outbox(Protocol):
    """Where inputs go that are not for this shard to decide. Each call returns once the record is safe."""

    async def forward(self, recorded: Recorded[Input]) -> None:
        """To the shard that owns the tenant."""

    async def dead_letter(self, recorded: Recorded[Input], reason: str, *, subject: str | None, origin: str) -> None:
        """`subject` is the job whose later inputs follow it; `origin` tells a letter from its own repeat."""


class SnapshotStore(Protocol):
    """Where snapshots lie. A shard does without it: whatever is raised here costs a replay, or a later snapshot, and nothing else."""

    async def heads(self, partition: int) -> Sequence[Head]:
        """What there is, newest first. Raises Unavailable."""

    async def load(self, head: Head) -> Sequence[bytes]:
        """Its chunks, in order; none when it has been replaced meanwhile. Raises Unavailable."""

    async def save(self, head: Head, chunks: Sequence[bytes]) -> None:
        """All or nothing. The newest and the one before it are kept; one that comes late replaces nothing newer. Raises Unavailable."""
