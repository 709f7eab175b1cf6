"""When a shard's state is put away, and how: copied at a turn's end, written while the shard goes on. A failure is told and forgotten.

A snapshot is the fold of a committed prefix of the journal. So it stays true whatever happens to its writer: an owner that was
fenced meanwhile saves an old truth, and the store lets no older one replace a newer one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from hawker.contracts.recorded import Position
from hawker.kafka.errors import Unavailable
from hawker.telemetry import metrics
from orchestrator.core.state import Shard
from orchestrator.shard.seams import Clock, Pause, SnapshotStore
from orchestrator.snapshots.head import VERSION, Head
from orchestrator.snapshots.write import Chunk, Writing, copy_of, digest_of

SNAPSHOT_FACTS = 20_000
"""After so many facts; with more jobs than that, after as many facts as there are jobs: so snapshots cost a fact always the same."""
SNAPSHOT_SECONDS = 300.0
"""After so long, if there was any fact."""
SLICE_PAUSE_SECONDS = 0.005
"""Between two slices of writing the shard and its neighbours have the loop; a slice takes about as long."""
SAVE_SECONDS_MAX = 60.0
LAST_JOBS_MAX = 20_000
"""A shard with no more jobs puts its state away when it is drained; a larger one takes too long for a process that was told to end."""
LAST_SECONDS_MAX = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the journal, and the id of the last fact before it."""

    position: Position
    anchor: str


@dataclass(frozen=True, slots=True)
class Copy:
    shard: Shard
    place: Place
    taken_at: datetime


class Snapshots:
    """Of one shard while one owner has it. One at a time; without a store, none."""

    def __init__(self, partition: int, store: SnapshotStore | None, clock: Clock, pause: Pause) -> None:
        self._partition = partition
        self._store = store
        self._clock = clock
        self._pause = pause
        self._facts = 0
        self._since = clock.now()
        self._place: Place | None = None
        self._writing: asyncio.Task[None] | None = None

    def begin(self, facts: int) -> None:
        """The shard was recovered; so many facts had to be read for it."""
        self._facts, self._since = facts, self._clock.now()

    def turn_ended(self, shard: Shard, place: Place | None, facts: int) -> None:
        """A turn of so many facts was committed; `place` is None where the log did not say where it ended."""
        if self._store is None:
            return
        self._facts += facts
        self._place = place
        metrics.level(metrics.SNAPSHOT_FACTS_BEHIND, self._facts, shard=str(self._partition))
        if place is not None and self._is_due(shard) and (self._writing is None or self._writing.done()):
            work = self._put_away(self._store, self._copy(shard, place), SLICE_PAUSE_SECONDS)
            self._writing = asyncio.create_task(work, name=f"snapshot of shard {self._partition}")

    async def last(self, shard: Shard) -> None:
        """The shard is drained, nobody waits for its turns any more: what is cheap is put away for the next owner."""
        await self.stop()
        if self._store is None or self._place is None or not self._facts or len(shard.jobs) > LAST_JOBS_MAX:
            return
        try:
            async with asyncio.timeout(LAST_SECONDS_MAX):
                await self._put_away(self._store, self._copy(shard, self._place), 0.0)
        except TimeoutError:
            log.info("the last snapshot took too long and was left", shard=self._partition)

    async def stop(self) -> None:
        """What is being written is given up."""
        metrics.forget(metrics.SNAPSHOT_FACTS_BEHIND, shard=str(self._partition))
        if self._writing is not None and not self._writing.done():
            self._writing.cancel()
            await asyncio.wait([self._writing])

    def _is_due(self, shard: Shard) -> bool:
        if self._facts >= max(SNAPSHOT_FACTS, len(shard.jobs)):
            return True
        return (self._clock.now() - self._since).total_seconds() >= SNAPSHOT_SECONDS

    def _copy(self, shard: Shard, place: Place) -> Copy:
        self._facts, self._since = 0, self._clock.now()
        return Copy(copy_of(shard), place, self._since)

    async def _put_away(self, store: SnapshotStore, copy: Copy, pause_seconds: float) -> None:
        try:
            if await self._is_late(store, copy):
                return
            head, chunks = await self._written(copy, pause_seconds)
            async with asyncio.timeout(SAVE_SECONDS_MAX):
                await store.save(head, chunks)
        except (Unavailable, TimeoutError) as fault:
            metrics.count(metrics.SNAPSHOTS_FAILED, verb="save")
            log.warning("no snapshot saved; the shard goes on", shard=self._partition, position=copy.place.position, why=repr(fault))
        except Exception:
            metrics.count(metrics.SNAPSHOTS_FAILED, verb="save")
            log.exception("a snapshot could not be written; the shard goes on", shard=self._partition, position=copy.place.position)
        else:
            metrics.count(metrics.SNAPSHOTS_SAVED)
            metrics.level(metrics.SNAPSHOT_BYTES, head.bytes, shard=str(self._partition))
            log.info("snapshot saved", shard=self._partition, position=head.position, jobs_live=head.jobs_live, bytes=head.bytes)

    async def _is_late(self, store: SnapshotStore, copy: Copy) -> bool:
        """Whether another owner was further already. Asked first: a store that is away says so before anything is written for it."""
        async with asyncio.timeout(SAVE_SECONDS_MAX):
            heads = await store.heads(self._partition)
        return bool(heads) and heads[0].position >= copy.place.position

    async def _written(self, copy: Copy, pause_seconds: float) -> tuple[Head, Sequence[Chunk]]:
        writing, chunks = Writing(copy.shard), []
        for chunk in writing.steps():
            if chunk is not None:
                chunks.append(chunk)
            await self._pause(pause_seconds)
        head = Head(
            partition=self._partition,
            position=copy.place.position,
            version=VERSION,
            anchor=copy.place.anchor,
            checksum=str(writing.checksum),
            digest=digest_of(chunks),
            jobs_live=copy.shard.live_count,
            bytes=sum(map(len, chunks)),
            taken_at=copy.taken_at,
        )
        return head, chunks
