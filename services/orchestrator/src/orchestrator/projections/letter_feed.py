"""The topic of the dead letters as pages of records, from where PostgreSQL says it was read to. Belongs to no group and judges no record."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hawker.contracts.recorded import Position
from hawker.kafka import client
from hawker.kafka.settings import KafkaSettings

METADATA_SECONDS_MAX = 10.0


@dataclass(frozen=True, slots=True)
class LetterFeed:
    topic: str
    consumer: client.Consumer

    async def take(self, count_max: int, wait_seconds: float) -> Sequence[client.Record]:
        """What is there, or what comes first within `wait_seconds`; in order within each partition."""
        found = await self.consumer.getmany(timeout_ms=int(wait_seconds * 1000), max_records=count_max)
        return [record for records in found.values() for record in records]

    async def has_reached(self, ends: Mapping[int, Position]) -> bool:
        return all([await self.consumer.position(self._place(partition)) >= end for partition, end in ends.items()])

    async def beginnings(self, partitions: Sequence[int]) -> dict[int, Position]:
        found = await self.consumer.beginning_offsets([self._place(partition) for partition in partitions])
        return {place.partition: start for place, start in found.items()}

    def _place(self, partition: int) -> client.TopicPartition:
        return client.TopicPartition(self.topic, partition)


@asynccontextmanager
async def open_letters(kafka: KafkaSettings, positions: Mapping[int, Position]) -> AsyncIterator[LetterFeed]:
    """Raises Unavailable."""
    # Letters are kept for a time only: what is gone was either read or lay there too long, so the earliest is the right place to go on.
    async with _consumer(kafka, auto_offset_reset="earliest") as consumer:
        feed = LetterFeed(kafka.topics.dead_letters, consumer)
        places = {client.TopicPartition(feed.topic, partition): start for partition, start in positions.items()}
        consumer.assign(tuple(places))
        for place, start in places.items():
            consumer.seek(place, start)
        yield feed


async def letter_partitions(kafka: KafkaSettings) -> frozenset[int]:
    """As the cluster has them: this topic may grow, and no letter may be left unread. Raises Unavailable, KafkaError or TimeoutError."""
    first = client.TopicPartition(kafka.topics.dead_letters, 0)
    async with _consumer(kafka) as consumer, asyncio.timeout(METADATA_SECONDS_MAX):
        consumer.assign([first])
        await consumer.beginning_offsets([first])  # Whoever asks for one partition learns of all.
        found = consumer.partitions_for_topic(first.topic)
    assert found, "a topic that has a beginning has a partition"
    return frozenset(found)


@asynccontextmanager
async def _consumer(kafka: KafkaSettings, **options: str) -> AsyncIterator[client.Consumer]:
    consumer = client.consumer(kafka, f"{kafka.topic_prefix}.dead-letters", **options)
    await client.open_client(consumer)
    try:
        yield consumer
    finally:
        await client.close_client(consumer)
