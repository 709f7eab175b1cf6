"""From a journal back to the state: apply alone, no decision. A snapshot only saves reading what is before it.

    newest snapshot that fits -> the journal after it -> the indexes

One that does not fit, for whatever reason, is left alone, and an older one or the whole journal takes its place.
"""

import asyncio
from dataclasses import dataclass

import structlog

from hawker.contracts.recorded import Position
from hawker.kafka.errors import Unavailable
from hawker.telemetry import metrics
from orchestrator.core.apply import apply
from orchestrator.core.state import Shard
from orchestrator.core.sweep import sweeping
from orchestrator.shard.seams import JournalReader, SnapshotStore
from orchestrator.snapshots.head import VERSION, Head
from orchestrator.snapshots.read import Reading
from orchestrator.snapshots.write import digest_of

SWEEP_FACTS = 100_000
"""After so many facts the indexes are swept, so that a long journal needs no more memory than a short one."""
PAGE_PAUSE_SECONDS = 0.0
"""Between two pages or slices the loop is given to others: the group's heartbeat shares it."""
LOAD_SECONDS_MAX = 20.0
"""A database that takes longer to give a snapshot is not waited for."""

log = structlog.get_logger(__name__)


class Misfit(Exception):  # noqa: N818 - a finding, not a mistake
    """A snapshot that is not of this journal, or not of this program."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """`facts` were read from the journal: how far behind the snapshot was."""

    shard: Shard
    facts: int


async def recover(reader: JournalReader, partition: int) -> Shard:
    """The fold of the whole of journal `partition`, up to its end now."""
    return (await recover_from(reader, partition, None)).shard


async def recover_from(reader: JournalReader, partition: int, store: SnapshotStore | None) -> Recovered:
    """The same state, sooner where a snapshot fits. The writer must be open before, or the end may move."""
    end = await reader.end(partition)
    shard, start = await _loaded(reader, partition, end, store) if store is not None else (Shard(), 0)
    facts = await _fold(shard, reader, partition, start, end)
    await _sweep(shard)
    return Recovered(shard, facts)


async def _fold(shard: Shard, reader: JournalReader, partition: int, start: Position, end: Position) -> int:
    facts = unswept = 0
    async for page in reader.read(partition, start, end):
        for recorded in page:
            apply(shard, recorded.message, cause_of(recorded.envelope.cause))
        metrics.count(metrics.FACTS_REPLAYED, len(page))
        facts += len(page)
        unswept += len(page)
        if unswept >= SWEEP_FACTS:
            await _sweep(shard)
            unswept = 0
        await asyncio.sleep(PAGE_PAUSE_SECONDS)
    return facts


async def _sweep(shard: Shard) -> None:
    for _ in sweeping(shard):
        await asyncio.sleep(PAGE_PAUSE_SECONDS)


async def _loaded(reader: JournalReader, partition: int, end: Position, store: SnapshotStore) -> tuple[Shard, Position]:
    """The newest snapshot that fits; otherwise nothing, at the beginning."""
    try:
        async with asyncio.timeout(LOAD_SECONDS_MAX):
            for head in await store.heads(partition):
                if (shard := await _opened(head, reader, end, store)) is not None:
                    return shard, head.position
    except (Unavailable, TimeoutError) as fault:
        metrics.count(metrics.SNAPSHOTS_FAILED, verb="load")
        log.warning("no snapshot to be had; the whole journal is read", shard=partition, why=repr(fault))
    return Shard(), 0


async def _opened(head: Head, reader: JournalReader, end: Position, store: SnapshotStore) -> Shard | None:
    try:
        await check(head, reader, end)
        return await read_snapshot(head, store)
    except (Unavailable, TimeoutError):
        raise
    except Exception as fault:  # noqa: BLE001 - bytes from a database: whatever they break, the journal has it all
        metrics.count(metrics.SNAPSHOTS_FAILED, verb="load")
        log.warning("a snapshot does not fit and is left alone", shard=head.partition, position=head.position, why=repr(fault))
    return None


async def check(head: Head, reader: JournalReader, end: Position) -> None:
    """Whether it is this program's, and this journal's: its last fact must still lie where it lay. Raises Misfit."""
    if head.version != VERSION:
        raise Misfit(f"it is of version {head.version}, this program reads {VERSION}")
    if head.position > end:
        raise Misfit(f"it is of position {head.position}, the journal ends at {end}")
    found = [recorded async for page in reader.read(head.partition, head.position - 1, head.position) for recorded in page]
    if [recorded.envelope.id for recorded in found] != [head.anchor]:
        raise Misfit("another fact lies where its last one was: it is of another journal")


async def read_snapshot(head: Head, store: SnapshotStore) -> Shard:
    """Its state, without what `sweep` derives. Raises Misfit, or anything where the bytes are no snapshot."""
    chunks = await store.load(head)
    if not chunks:
        raise Misfit("it has been replaced meanwhile")
    if digest_of(chunks) != head.digest:
        raise Misfit("its bytes are not those that were saved")
    reading = Reading()
    for chunk in chunks:
        reading.take(chunk)
        await asyncio.sleep(PAGE_PAUSE_SECONDS)
    for _ in reading.ordering():
        await asyncio.sleep(PAGE_PAUSE_SECONDS)
    return reading.shard


def cause_of(place: str | None) -> tuple[str, int] | None:
    """`topic/partition/offset` as the topic and the offset."""
    if place is None:
        return None
    topic, _, offset = place.rsplit("/", 2)
    return topic, int(offset)
