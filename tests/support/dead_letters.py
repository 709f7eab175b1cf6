"""Reads the dead letters of an installation, for tests."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hawker.contracts.dead_letters import ORIGIN, REASON
from hawker.contracts.requests import ParkedInput
from hawker.kafka import client
from hawker.kafka.settings import KafkaSettings

SECONDS_MAX = 30.0


@dataclass(frozen=True, slots=True)
class Letter:
    value: bytes
    headers: Mapping[str, bytes]

    def text(self, header: str) -> str:
        return self.headers[header].decode()

    @property
    def as_parked(self) -> ParkedInput:
        """As a redrive carries it."""
        return ParkedInput(type=self.text("ce_type"), value=self.value.decode(), origin=self.text(ORIGIN))


async def reasons(kafka: KafkaSettings, *, at_least: int) -> Sequence[str]:
    """Why each letter is there, once there are so many."""
    return [letter.text(REASON) for letter in await letters(kafka, at_least=at_least)]


async def letters(kafka: KafkaSettings, *, at_least: int) -> Sequence[Letter]:
    """In the order in which they lie, once there are so many."""
    consumer = client.consumer(kafka, "test-dead-letters", auto_offset_reset="earliest")
    await client.open_client(consumer)
    places = [client.TopicPartition(kafka.topics.dead_letters, partition) for partition in range(kafka.command_partitions)]
    consumer.assign(places)
    found: list[Letter] = []
    try:
        async with asyncio.timeout(SECONDS_MAX):
            while len(found) < at_least:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found.extend(Letter(record.value or b"", dict(record.headers)) for record in records)
    finally:
        await client.close_client(consumer)
    return found
