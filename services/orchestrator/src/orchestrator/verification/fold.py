"""One shard's journal, folded beside its owner and held against each snapshot that the owner leaves."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from hawker.contracts.recorded import Position
from hawker.kafka.errors import Unavailable, UnreadableFact
from orchestrator.core.apply import apply
from orchestrator.core.checksum import checksum
from orchestrator.core.state import Shard
from orchestrator.core.sweep import sweep
from orchestrator.shard.recover import SWEEP_FACTS, Misfit, cause_of, check, read_snapshot
from orchestrator.shard.seams import JournalReader, SnapshotStore
from orchestrator.snapshots.head import Head
from orchestrator.verification.compare import differences

type Told = Callable[[int, Position, Position], None]
"""Hears how far the fold of which shard is, and of how much."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one snapshot. `left_alone` says why it could not be compared."""

    head: Head
    differences: list[str] = field(default_factory=list)
    left_alone: str | None = None


class Folding:
    """Of one shard. Goes forward only: a snapshot of a place that is behind is compared no more."""

    def __init__(self, partition: int, reader: JournalReader, store: SnapshotStore, told: Told) -> None:
        self.partition = partition
        self._reader = reader
        self._store = store
        self._told = told
        self._seen: set[Position] = set()
        self._unswept = 0
        self.position: Position = 0
        self.shard = Shard()

    async def go_on(self) -> AsyncIterator[Finding]:
        """To the journal's end now, with a finding for each snapshot on the way. Raises Unavailable or UnreadableFact."""
        end = await self._reader.end(self.partition)
        while (head := await self._next_head()) is not None:
            self._seen.add(head.position)
            yield await self._find(head, end)
        await self._fold_to(end, end)

    async def _next_head(self) -> Head | None:
        """The oldest that was not seen: asked for each time, because the owner goes on and replaces them."""
        heads = [head for head in await self._store.heads(self.partition) if head.position not in self._seen]
        return min(heads, key=lambda head: head.position, default=None)

    async def _find(self, head: Head, end: Position) -> Finding:
        if head.position < self.position:
            return Finding(head, left_alone=f"it came when the fold was at {self.position} already")
        try:
            await check(head, self._reader, max(end, await self._reader.end(self.partition)))
            live = await read_snapshot(head, self._store)
        except Misfit as fault:
            return Finding(head, left_alone=str(fault))
        except (Unavailable, UnreadableFact):
            raise
        except Exception as fault:  # noqa: BLE001 - whatever its bytes break is what an operator wants to know
            return Finding(head, [f"it cannot be read: {fault!r}"])
        await self._fold_to(head.position, end)
        found = differences(live, self.shard)
        if checksum(self.shard) != head.checksum:
            found.append("the checksum that the owner counted of its live state is not the fold's")
        return Finding(head, found)

    async def _fold_to(self, position: Position, end: Position) -> None:
        async for page in self._reader.read(self.partition, self.position, position):
            for recorded in page:
                apply(self.shard, recorded.message, cause_of(recorded.envelope.cause))
            self._sweep_after(len(page))
            self._told(self.partition, page[-1].offset + 1, end)
        self.position = max(self.position, position)

    def _sweep_after(self, facts: int) -> None:
        self._unswept += facts
        if self._unswept >= SWEEP_FACTS:
            sweep(self.shard)
            self._unswept = 0
