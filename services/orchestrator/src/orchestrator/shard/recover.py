"""From a journal back to the state: apply alone, no decision."""

import asyncio

from hawker.telemetry import metrics
from orchestrator.core.apply import apply
from orchestrator.core.state import Shard
from orchestrator.core.sweep import sweep
from orchestrator.shard.seams import JournalReader

SWEEP_FACTS = 100_000
"""After so many facts the indexes are swept, so that a long journal needs no more memory than a short one."""
PAGE_PAUSE_SECONDS = 0.0
"""Between two pages the loop is given to others: the group's heartbeat shares it."""


async def recover(reader: JournalReader, partition: int) -> Shard:
    """The fold of journal `partition` up to its end now. The writer must be open before, or the end may move."""
    shard, unswept = Shard(), 0
    end = await reader.end(partition)
    async for page in reader.read(partition, 0, end):
        for recorded in page:
            apply(shard, recorded.message, cause_of(recorded.envelope.cause))
        unswept += len(page)
        metrics.count(metrics.FACTS_REPLAYED, len(page))
        if unswept >= SWEEP_FACTS:
            sweep(shard)
            unswept = 0
        await asyncio.sleep(PAGE_PAUSE_SECONDS)
    sweep(shard)
    return shard


def cause_of(place: str | None) -> tuple[str, int] | None:
    """`topic/partition/offset` as the topic and the offset."""
    if place is None:
        return None
    topic, _, offset = place.rsplit("/", 2)
    return topic, int(offset)
