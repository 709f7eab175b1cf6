"""The journal as pages of facts, from where PostgreSQL says it was read to. Belongs to no group: positions are not Kafka's business here."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from hawker.contracts.codec import FACTS
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Position, Recorded, Undecodable
from hawker.kafka import client
from hawker.kafka.errors import UnreadableFact
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings

type Page = Sequence[Recorded[Fact]]


@dataclass(frozen=True, slots=True)
class Feed:
    consumer: client.Consumer

    async def take(self, count_max: int, wait_seconds: float) -> Page:
        """What is there, or what comes first within `wait_seconds`; in order within each partition. Raises UnreadableFact."""
        found = await self.consumer.getmany(timeout_ms=int(wait_seconds * 1000), max_records=count_max)
        return [_fact(record) for records in found.values() for record in records]


@asynccontextmanager
async def open_feed(settings: KafkaSettings, positions: Mapping[int, Position]) -> AsyncIterator[Feed]:
    """Raises Unavailable."""
    # No reset: a journal that does not reach back to a position has a hole, and rows that skip it would be wrong.
    consumer = client.consumer(settings, f"{settings.topic_prefix}.projections", auto_offset_reset="none")
    await client.open_client(consumer)
    try:
        places = {client.TopicPartition(settings.topics.journal, partition): start for partition, start in positions.items()}
        consumer.assign(tuple(places))
        for place, start in places.items():
            consumer.seek(place, start)
        yield Feed(consumer)
    finally:
        await client.close_client(consumer)


def _fact(record: client.Record) -> Recorded[Fact]:
    recorded = read(record, FACTS)
    if isinstance(recorded.message, Undecodable):
        raise UnreadableFact(f"{recorded.place}: {recorded.message.reason}")
    return cast("Recorded[Fact]", recorded)  # FACTS holds the members of Fact, and no other model.
