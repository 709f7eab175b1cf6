"""Reads the dead letters of an installation, for tests."""

import asyncio
from collections.abc import Sequence

from hawker.contracts.dead_letters import REASON
from hawker.kafka import client
from hawker.kafka.settings import KafkaSettings

SECONDS_MAX = 30.0


async def reasons(kafka: KafkaSettings, *, at_least: int) -> Sequence[str]:
    """Why each letter is there, once there are so many."""
    consumer = client.consumer(kafka, "test-dead-letters", auto_offset_reset="earliest")
    await client.open_client(consumer)
    places = [client.TopicPartition(kafka.topics.dead_letters, partition) for partition in range(kafka.command_partitions)]
    consumer.assign(places)
    found: list[str] = []
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while len(found) < at_least:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found.extend(dict(record.headers)[REASON].decode() for record in records)
    finally:
        await client.close_client(consumer)
    return found
