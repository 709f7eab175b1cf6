"""One log to test against, whichever it is: in memory, or a real Kafka through the adapters."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from aiokafka.admin import RecordsToDelete  # type: ignore[import-untyped]  # aiokafka ships no types
from pydantic import BaseModel

from hawker.contracts.codec import COMMANDS, encode
from hawker.contracts.envelope import to_headers
from hawker.contracts.facts import Fact
from hawker.contracts.recorded import Outgoing
from hawker.contracts.topics import Lane, Topics
from hawker.kafka import client
from hawker.kafka.inbox import KafkaInbox
from hawker.kafka.journal import KafkaJournalReader
from hawker.kafka.membership import Membership
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from hawker.testing.group import MemoryGroup, MemoryMember
from hawker.testing.inbox import MemoryInbox
from hawker.testing.journal import MemoryJournalReader, MemoryJournalWriter
from hawker.testing.log import MemoryLog
from hawker.testing.publisher import MemoryPublisher
from orchestrator.shard.seams import Inbox, JournalReader, JournalWriter
from orchestrator.shard.service import Member
from tests.integration.kafka import log

type OnChange = Callable[[frozenset[int]], None]
type OnRevoke = Callable[[], Awaitable[None]]


class AnyLog(Protocol):
    """What the suite asks of each."""

    @property
    def topics(self) -> Topics: ...
    def writer(self, partition: int) -> JournalWriter: ...
    def reader(self) -> JournalReader: ...
    def inbox(self, partition: int) -> Inbox: ...
    def member(self, on_change: OnChange, on_revoke: OnRevoke) -> Member: ...
    async def say(self, topic: str, *messages: BaseModel) -> None: ...
    async def delete_before(self, topic: str, partition: int, offset: int) -> None:
        """What retention does."""

    async def commands(self, lane: Lane) -> Sequence[tuple[int, str]]:
        """The partition and the id of every committed command."""

    def half_written(self, partition: int, fact: Outgoing[Fact]) -> AbstractAsyncContextManager[None]:
        """Inside the block the journal has an open transaction of its owner."""


class InMemory:
    def __init__(self) -> None:
        self.topics = Topics("test")
        self._log = MemoryLog(self.topics)
        self._group = MemoryGroup(self._log.shards)

    def writer(self, partition: int) -> JournalWriter:
        return MemoryJournalWriter(self._log, partition)

    def reader(self) -> JournalReader:
        return MemoryJournalReader(self._log)

    def inbox(self, partition: int) -> Inbox:
        return MemoryInbox(self._log, partition)

    def member(self, on_change: OnChange, on_revoke: OnRevoke) -> Member:
        return MemoryMember(self._group, on_change, on_revoke)

    async def say(self, topic: str, *messages: BaseModel) -> None:
        publisher = MemoryPublisher(self._log, "test")
        for number, message in enumerate(messages):
            await publisher.publish(topic, _tenant(message), message, id=f"{number}", time=log.NOW)

    async def delete_before(self, topic: str, partition: int, offset: int) -> None:
        self._log.delete_before(topic, partition, offset)

    async def commands(self, lane: Lane) -> Sequence[tuple[int, str]]:
        topic = self.topics.commands(lane)
        places = [self._log.partition(topic, number) for number in range(self._log.count(topic))]
        return [(one.partition, one.envelope.id) for place in places for one in place.committed(0, place.stable_end)]

    @asynccontextmanager
    async def half_written(self, partition: int, fact: Outgoing[Fact]) -> AsyncIterator[None]:
        name = self.topics.transactional_id(partition)
        epoch = self._log.begin_epoch(name)
        self._log.send(name, epoch, self.topics.journal, partition, fact.message, fact.envelope)
        yield


class OnKafka:
    def __init__(self, settings: KafkaSettings) -> None:
        self.topics = settings.topics
        self._settings = settings

    def writer(self, partition: int) -> JournalWriter:
        return log.SettlingWriter(self._settings, partition)

    def reader(self) -> JournalReader:
        return KafkaJournalReader(self._settings)

    def inbox(self, partition: int) -> Inbox:
        return KafkaInbox(self._settings, partition)

    def member(self, on_change: OnChange, on_revoke: OnRevoke) -> Member:
        topics = (self.topics.requests, self.topics.outcomes)
        return Membership(self._settings, self.topics.group("test"), topics, on_change, on_revoke)

    async def say(self, topic: str, *messages: BaseModel) -> None:
        async with log.publishing(self._settings) as publisher:
            for number, message in enumerate(messages):
                await publisher.publish(topic, _tenant(message), message, id=f"{number}", time=log.NOW)

    async def delete_before(self, topic: str, partition: int, offset: int) -> None:
        async with log.admin(self._settings) as cluster:
            await cluster.delete_records({client.TopicPartition(topic, partition): RecordsToDelete(offset)})

    async def commands(self, lane: Lane) -> Sequence[tuple[int, str]]:
        records = await log.records_of(self._settings, self.topics.commands(lane))
        return [(record.partition, read(record, COMMANDS).envelope.id) for record in records]

    @asynccontextmanager
    async def half_written(self, partition: int, fact: Outgoing[Fact]) -> AsyncIterator[None]:
        name = self.topics.transactional_id(partition)
        producer = client.producer(self._settings, name, transactional_id=name)
        await client.open_client(producer)
        await producer.begin_transaction()
        headers = to_headers(fact.envelope)
        await (await producer.send(self.topics.journal, encode(fact.message), b"acme", partition, headers=headers))
        try:
            yield
        finally:
            await client.close_client(producer)


def _tenant(message: BaseModel) -> str:
    return str(getattr(message, "tenant_id", ""))
