"""The log under a shard's shell, in memory or a real Kafka, with one place at which something happens: a fault, a death, a long sleep."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol, cast
from unittest.mock import patch

from pydantic import BaseModel

from hawker.contracts.codec import COMMANDS
from hawker.contracts.facts import Fact
from hawker.contracts.partitioning import partition_of
from hawker.contracts.recorded import Recorded
from hawker.contracts.topics import Lane, Topics
from hawker.kafka import client
from hawker.kafka.clock import SystemClock
from hawker.kafka.dead_letters import DeadLetters
from hawker.kafka.inbox import KafkaInbox
from hawker.kafka.journal import KafkaJournalReader, KafkaJournalWriter
from hawker.kafka.producer import Publisher
from hawker.kafka.records import read
from hawker.kafka.settings import KafkaSettings
from hawker.testing.inbox import MemoryInbox
from hawker.testing.journal import MemoryJournalReader, MemoryJournalWriter
from hawker.testing.log import MemoryLog
from hawker.testing.points import Point, Visit
from hawker.testing.publisher import MemoryOutbox, MemoryPublisher
from orchestrator.outbox import KafkaOutbox
from orchestrator.shard.owner import Ports
from tests.integration.kafka import log
from tests.support.stories import TENANT

SHARDS = 4
HOME = partition_of(TENANT, SHARDS)


class Died(BaseException):
    """The end of a process, as its own code sees it: nothing after this line runs but the closing of its sockets."""


@dataclass
class Plan:
    """At the `number`th time at `point`, `happens`; and only then."""

    point: Point
    happens: Callable[[], Awaitable[None]]
    number: int = 1
    times: int = 0
    fired: asyncio.Event = field(default_factory=asyncio.Event)

    async def visit(self, point: Point) -> None:
        self.times += point is self.point
        if point is self.point and self.times == self.number:
            self.fired.set()
            await self.happens()


async def die() -> None:
    raise Died


async def time_out() -> None:
    raise TimeoutError("no answer came in time")


async def lose_the_connection() -> None:
    raise ConnectionError("the connection is gone")


class FailingLog(Protocol):
    def ports(self, visit: Visit) -> Ports: ...
    def watched(self, visit: Visit) -> Any: ...  # Any: a context manager; inside it Kafka's producers visit too
    async def ask(self, message: BaseModel) -> None: ...
    async def journal(self) -> Sequence[Recorded[Fact]]: ...
    async def commands(self) -> Sequence[str]: ...
    def forget_transactions(self) -> Any: ...  # Any: a context manager; inside it the broker knows no transactional id any more


class InMemory:
    def __init__(self) -> None:
        self._log = MemoryLog(Topics("test"), shards=SHARDS)

    def ports(self, visit: Visit) -> Ports:
        return Ports(
            writer=lambda partition: MemoryJournalWriter(self._log, partition, visit),
            reader=MemoryJournalReader(self._log),
            inbox=lambda partition: MemoryInbox(self._log, partition),
            outbox=MemoryOutbox(self._log),
            clock=SystemClock(),
            pause=asyncio.sleep,
            partition_count=SHARDS,
        )

    @contextmanager
    def watched(self, visit: Visit) -> Iterator[None]:  # noqa: ARG002 - its writers visit by themselves
        yield

    async def ask(self, message: BaseModel) -> None:
        await MemoryPublisher(self._log, "test").publish(self._log.topics.requests, TENANT, message, id=str(id(message)), time=log.NOW)

    async def journal(self) -> Sequence[Recorded[Fact]]:
        reader = MemoryJournalReader(self._log)
        return [one async for page in reader.read(HOME, 0, await reader.end(HOME)) for one in page]

    async def commands(self) -> Sequence[str]:
        topic = self._log.topics.commands(Lane.EBAY)
        places = [self._log.partition(topic, number) for number in range(self._log.count(topic))]
        return [one.envelope.id for place in places for one in place.committed(0, place.stable_end)]

    @contextmanager
    def forget_transactions(self) -> Iterator[None]:
        self._log._epochs.clear()
        yield


class OnKafka:
    def __init__(self, settings: KafkaSettings, publisher: Publisher) -> None:
        self._settings = settings
        self._publisher = publisher

    def ports(self, visit: Visit) -> Ports:  # noqa: ARG002 - see `watched`
        topics = self._settings.topics
        return Ports(
            writer=lambda partition: KafkaJournalWriter(self._settings, partition),
            reader=KafkaJournalReader(self._settings),
            inbox=lambda partition: KafkaInbox(self._settings, partition),
            outbox=KafkaOutbox(self._publisher, DeadLetters(self._publisher, topics.dead_letters)),
            clock=SystemClock(),
            pause=asyncio.sleep,
            partition_count=SHARDS,
        )

    @contextmanager
    def watched(self, visit: Visit) -> Iterator[None]:
        """Producers that are made inside belong to whoever is watched."""
        made = client.producer

        def producer(settings: KafkaSettings, client_id: str, **options: Any) -> client.Producer:  # Any: aiokafka's own
            real = made(settings, client_id, **options)
            return cast("client.Producer", _Watched(real, visit)) if "transactional_id" in options else real

        with patch.object(client, "producer", producer):
            yield

    async def ask(self, message: BaseModel) -> None:
        await self._publisher.publish(self._settings.topics.requests, TENANT, message, id=str(id(message)))

    async def journal(self) -> Sequence[Recorded[Fact]]:
        return await log.facts_of(self._settings, HOME)

    async def commands(self) -> Sequence[str]:
        records = await log.records_of(self._settings, self._settings.topics.commands(Lane.EBAY))
        return [read(record, COMMANDS).envelope.id for record in records]

    @contextmanager
    def forget_transactions(self) -> Iterator[None]:
        """A broker that has forgotten an id treats it like one that it never knew."""
        with patch.object(Topics, "transactional_id", lambda topics, partition: f"{topics.prefix}.unknown.{partition}"):
            yield


class _Watched:
    """A real producer, with the points of the memory log's."""

    def __init__(self, producer: client.Producer, visit: Visit) -> None:
        self._producer = producer
        self._visit = visit

    def __getattr__(self, name: str) -> Any:  # Any: whatever a producer has
        return getattr(self._producer, name)

    async def begin_transaction(self) -> None:
        await self._visit(Point.COMMIT_BEGINS)
        await self._producer.begin_transaction()

    async def send(self, *arguments: Any, **options: Any) -> asyncio.Future[client.Written]:  # Any: a producer's
        sent = await self._producer.send(*arguments, **options)
        await self._visit(Point.RECORD_SENT)
        return sent

    async def commit_transaction(self) -> None:
        await self._visit(Point.COMMIT_ASKED)
        await self._producer.commit_transaction()
        await self._visit(Point.COMMIT_DONE)
